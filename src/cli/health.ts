/** Commands about the store: `status` and `doctor`. */
import { access, constants } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { describeError } from '../errors.ts';
import { TABLES } from '../memory/memory.ts';
import { storeErrors } from '../memory/store-errors.ts';
import { stats } from '../resources/stats.ts';
import { answer, globals, plural, withContext } from './frame.ts';

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
  const major = Number(process.versions.node.split('.')[0]);
  checks.push({
    check: 'node',
    ok: major >= 22,
    detail: process.versions.node,
    ...(major < 22 ? { hint: 'Knowhow needs Node 22 or newer.' } : {}),
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
        await storeErrors(ctx.config.data, () => access(ctx.config.data, constants.R_OK | constants.W_OK));
        return ctx.config.data;
      });
      for (const name of TABLES) await attempt(`table ${name}`, () => readTable(ctx, name));
      const { embedder, llm } = await stats(ctx);
      checks.push({
        check: 'embedder',
        ok: embedder.probe.similarity !== null,
        detail:
          `${embedder.name}, a pair that means the same scores ${embedder.probe.similarity}. ${embedder.note ?? ''}`.trim(),
      });
      checks.push({
        check: 'llm',
        ok: true,
        detail: llm
          ? `${llm.model} (not called by doctor)`
          : 'none: heuristics only, nothing leaves this machine',
      });
      return ctx.config.data;
    }),
  );
  return checks;
}

/** Reads the newest records, so that a broken file or a record of the wrong shape shows. */
async function readTable(ctx: Context, name: (typeof TABLES)[number]): Promise<string> {
  // By id, so that one that cannot be read is named and not left out.
  await ctx.memory[name].getMany(await ctx.memory[name].ids({ order: 'newest', limit: 50 }));
  const { rows, fragments, versions } = await ctx.memory[name].figures();
  return `${plural(rows, 'row')}, ${plural(fragments, 'fragment')}, ${plural(versions, 'version')}`;
}

function statusText(found: Awaited<ReturnType<typeof stats>>): string {
  const { counts, outcomes, batch, embedder, store } = found;
  const bytes = Object.values(store).reduce((sum, table) => sum + table.bytes, 0);
  return [
    `Store      ${found.data} (${(bytes / 1e6).toFixed(1)} MB)`,
    `Runs       ${counts.trajectories} (${outcomes.success} succeeded, ${outcomes.failure} failed, ${outcomes.unknown} unknown)`,
    `Learned    ${counts.strategies} strategies (${found.active_strategies} active), ${counts.concepts} code concepts, ${counts.error_patterns} error patterns`,
    `Batch      ${batch.due ? 'due' : 'not due'}: ${batch.reasons.join('; ')}${found.last_batch ? `; last ${found.last_batch.at}` : ''}`,
    `Embedder   ${embedder.name}${embedder.note ? `. ${embedder.note}` : ''}`,
    `LLM        ${found.llm ? `${found.llm.model}, ${found.llm.calls} calls` : 'none (heuristics only)'}`,
    `Projects   ${
      Object.entries(found.projects)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || 'none'
    }`,
  ].join('\n');
}
