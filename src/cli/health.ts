/** Commands about the store: `status` and `doctor`. */
import { access, constants } from 'node:fs/promises';
import type { Command } from 'commander';
import { hostDirectories } from '../config.ts';
import type { Context } from '../context.ts';
import { describeError } from '../errors.ts';
import { probeLine } from '../llm/probe.ts';
import { TABLES } from '../memory/memory.ts';
import { isRemote } from '../memory/remote-ground.ts';
import { storeErrors } from '../memory/store-errors.ts';
import { stats } from '../resources/stats.ts';
import { resumeForgets, unfinishedForgets } from '../upkeep/forget.ts';
import { stateText, statusOf } from './capture.ts';
import { checkHosts } from './doctor-hosts.ts';
import { answer, type GlobalOptions, globals, plural, withContext } from './frame.ts';

export function addHealth(program: Command): void {
  program
    .command('status')
    .description('What is stored, what was learned, and how the store is doing')
    .action((_options: object, command: Command) =>
      withContext(command, async (ctx, global) => {
        const found = await stats(ctx);
        answer(global, found, () => statusText(found));
      }),
    );

  program
    .command('compact')
    .description('Fold the tables now; they do it by themselves when it pays')
    .option('--purge', 'also rewrite them, so that nothing removed or replaced stays on the disk')
    .action((options: { purge?: boolean }, command: Command) =>
      withContext(command, async (ctx, global) => {
        const before = sizeOf(await stats(ctx));
        for (const name of [...TABLES, 'forgotten'] as const)
          await ctx.memory[name][options.purge ? 'purge' : 'compact']();
        const after = sizeOf(await stats(ctx));
        answer(
          global,
          { before, after },
          () =>
            `Folded ${plural(before.fragments, 'fragment')} into ${after.fragments}, and ${plural(before.versions, 'version')} into ${after.versions}.`,
        );
      }),
    );

  program
    .command('doctor')
    .description('Check that everything works; exit code 1 when something does not')
    .action(async (_options: object, command: Command) => {
      const global = globals(command);
      const checks = await examine(command);
      const healthy = checks.every(({ ok }) => ok);
      answer(global, { healthy, checks }, () =>
        checks
          .map(
            ({ check, ok, detail, hint }) =>
              `${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}${hint ? ` ${hint}` : ''}`,
          )
          .join('\n'),
      );
      if (!healthy) process.exitCode = 1;
    });
}

interface Check {
  check: string;
  ok: boolean;
  detail: string;
  hint?: string;
}

async function examine(command: Command): Promise<Check[]> {
  const checks: Check[] = [];
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 22 || (major === 22 && minor >= 13);
  checks.push({
    check: 'node',
    ok: enough,
    detail: process.versions.node,
    ...(enough ? {} : { hint: 'Knowhow needs Node 22.13 or newer.' }),
  });
  const attempt = async (check: string, work: () => Promise<string>) => {
    try {
      checks.push({ check, ok: true, detail: await work() });
    } catch (error) {
      const { message, hint } = describeError(error);
      checks.push({ check, ok: false, detail: message, ...(hint ? { hint } : {}) });
    }
  };
  await attempt('store', () =>
    withContext(command, async (ctx) => {
      await attempt('writable', async () => {
        if (isRemote(ctx.config.data)) return 'object storage: seen at the first write';
        await storeErrors(ctx.config.data, () => access(ctx.config.data, constants.R_OK | constants.W_OK));
        return ctx.config.data;
      });
      for (const name of TABLES) await attempt(`table ${name}`, () => readTable(ctx, name));
      await attempt('forgets', async () => {
        const left = await unfinishedForgets(ctx);
        if (left > 0) await resumeForgets(ctx);
        return left > 0 ? `${plural(left, 'killed forget')} completed` : 'none was cut short';
      });
      const { embedder, llm } = await stats(ctx);
      checks.push({
        check: 'embedder',
        ok: embedder.error === undefined,
        detail: embedder.error?.message ?? embedderText(embedder),
        ...(embedder.error?.hint ? { hint: embedder.error.hint } : {}),
      });
      checks.push({
        check: 'llm',
        ok: true,
        detail: llm
          ? `${llm.model} (not called by doctor)`
          : `none: heuristics only${staysHere(ctx) ? ', nothing leaves this machine' : ''}`,
      });
      return ctx.config.data;
    }),
  );
  const capture = await capturing(globals(command));
  return [...checks, capture, ...(await checkHosts(hostDirectories(), process.cwd()))];
}

/** Whether hooks take what they are called for. Paused by somebody is in order; a full store is not. */
async function capturing(options: GlobalOptions): Promise<Check> {
  const check = 'capture';
  try {
    const status = await statusOf(options);
    const { store_mb = 0, max_store_mb } = status;
    if (store_mb <= max_store_mb) return { check, ok: true, detail: stateText(status) };
    return {
      check,
      ok: false,
      detail: `no session is taken: the store takes ${store_mb} MB, more than capture.max_store_mb (${max_store_mb}).`,
      hint: 'Make room (prune, forget, compact --purge) or raise it.',
    };
  } catch (error) {
    const { message, hint } = describeError(error);
    return { check, ok: false, detail: message, ...(hint ? { hint } : {}) };
  }
}

/** Nothing goes to another machine: neither to an embedder nor to a store elsewhere. */
const staysHere = ({ config }: Context): boolean =>
  config.embedder.kind === 'hashing' && !isRemote(config.data);

/** Reads the newest records, so that a broken file or a record of the wrong shape shows. */
async function readTable(ctx: Context, name: (typeof TABLES)[number]): Promise<string> {
  // By id, so that one that cannot be read is named and not left out.
  await ctx.memory[name].getMany(await ctx.memory[name].ids({ order: 'newest', limit: 50 }));
  const { rows, waiting, fragments, versions, unembedded } = await ctx.memory[name].figures();
  const parts = [plural(rows, 'row'), plural(fragments, 'fragment'), plural(versions, 'version')];
  if (waiting > 0) parts.push(`${waiting} in the journal`);
  if (unembedded > 0) parts.push(`${unembedded} not embedded yet`);
  return parts.join(', ');
}

const embedderText = (embedder: Found['embedder']): string =>
  `${embedder.name}: ${probeLine(embedder)}.${embedder.note ? ` ${embedder.note}` : ''}`;

type Found = Awaited<ReturnType<typeof stats>>;

/** All tables together. */
function sizeOf({ store }: Found) {
  const tables = Object.values(store);
  const sum = (of: (table: (typeof tables)[number]) => number) =>
    tables.reduce((total, table) => total + of(table), 0);
  return {
    rows: sum(({ rows }) => rows),
    waiting: sum(({ waiting }) => waiting),
    bytes: sum(({ bytes }) => bytes),
    fragments: sum(({ fragments }) => fragments),
    versions: sum(({ versions }) => versions),
    folded_at: tables
      .flatMap(({ folded_at }) => folded_at ?? [])
      .sort()
      .at(-1),
  };
}

function statusText(found: Found): string {
  const { counts, outcomes, batch, embedder } = found;
  const { bytes, rows, waiting, fragments, versions, folded_at } = sizeOf(found);
  return [
    `Store      ${found.data} (${(bytes / 1e6).toFixed(1)} MB)`,
    `Tables     ${plural(rows, 'row')} (${waiting} in the journal), ${plural(fragments, 'fragment')}, ${plural(versions, 'version')}${folded_at ? `; last folded ${folded_at}` : ''}`,
    `Runs       ${counts.trajectories} (${outcomes.success} succeeded, ${outcomes.failure} failed, ${outcomes.unknown} unknown)`,
    `Learned    ${counts.strategies} strategies (${found.active_strategies} active), ${counts.concepts} code concepts, ${counts.error_patterns} error patterns`,
    `Batch      ${batch.due ? 'due' : 'not due'}: ${batch.reasons.join('; ')}${found.last_batch ? `; last ${found.last_batch.at}` : ''}`,
    `Embedder   ${embedderText(embedder)}`,
    `LLM        ${llmText(found)}`,
    `Projects   ${projectsText(found.projects)}`,
    ...holdoutText(found.holdout),
    ...eventsText(found.events),
  ].join('\n');
}

/** Only where something is held out. */
const holdoutText = (share: number): string[] =>
  share === 0 ? [] : [`Hold-out   ${Number((100 * share).toPrecision(3))} % of tasks are shown nothing`];

/** Only where somebody may want to look. */
function eventsText({ waiting, dead }: Found['events']): string[] {
  if (waiting + dead === 0) return [];
  return [`Events     ${plural(waiting, 'event')} waiting, ${dead} dead: knowhow events`];
}

/** What this process asked, what the last batch did, and what is kept of the answers. */
function llmText({ llm, last_batch }: Found): string {
  if (!llm) return 'none (heuristics only; agents can answer by prepare_reflection)';
  const {
    model,
    calls,
    cached = 0,
    input_tokens,
    output_tokens,
    failures = 0,
    max_tokens,
    answers_kept,
  } = llm;
  const spent = `${input_tokens + output_tokens}${max_tokens === null ? '' : ` of ${max_tokens}`} tokens`;
  const kept = answers_kept ? `; ${plural(answers_kept.answers, 'answer')} kept` : '';
  const batch = (last_batch?.notes ?? []).filter((note) => note.startsWith('language model:'));
  return [
    `${model}, here ${plural(calls, 'call')}, ${cached} from the cache, ${failures} failed, ${spent}${kept}`,
    ...batch.map((note) => `           last batch: ${note}`),
  ].join('\n');
}

const MOST_PROJECTS = 10;

/** The largest, and how many more there are. */
function projectsText(projects: Record<string, number>): string {
  const sorted = Object.entries(projects).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = sorted.slice(0, MOST_PROJECTS).map(([name, count]) => `${name} ${count}`);
  const more = sorted.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || 'none';
}
