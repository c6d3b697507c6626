/**
 * `npm run eval:datasets -- [DIR] [--json] [--only=NAME]`: preference pairs over chains of retries, on public sets unpacked in DIR
 * (default `../data`): Reflexion's HotpotQA trials (ReAct and chain of thought, each question tried again until it was solved;
 * each log by itself), the last programs of its coding agents, and AtomicGuard's artifacts. Counts pairs by how the preference is known, says what
 * was left out and why, and shows ten. Its ALFWorld and WebShop trials hold no texts, and no pairs can be made of them. Nothing
 * was chosen on these figures. Absent sets are left out.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Context } from '../src/context.ts';
import { ingest } from '../src/ingest/import.ts';
import { contentId } from '../src/learners/content-id.ts';
import { promptOf } from '../src/training/examples/prompt.ts';
import { shortened } from '../src/training/examples/shortened.ts';
import type { PreferenceExample } from '../src/types.ts';
import { type PairFigures, pairsOfSet } from './eval/datasets/pairs.ts';
import { programs } from './eval/datasets/programs.ts';
import { importRuns, withStore } from './eval/stores.ts';

const SHOWN = 10;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const data = resolve(args.find((arg) => !arg.startsWith('-')) ?? '../data');
const only = args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length) ?? '';

const folder = (name: string): string | undefined =>
  [join(data, name, name), join(data, name)].find((path) => existsSync(path));

interface PairSet {
  name: string;
  fill: (ctx: Context) => Promise<unknown>;
}

function sets(): PairSet[] {
  const found: PairSet[] = [];
  const reflexion = folder('reflexion');
  const logs = reflexion && join(reflexion, 'hotpotqa');
  if (logs && existsSync(logs)) {
    const files = readdirSync(logs).filter((name) => /__100_questions_\d_trials\.txt$/u.test(name));
    found.push({
      name: 'hotpotqa trials',
      // Each log is an agent of its own, with its own tools and prompt: a project each.
      fill: async (ctx) => {
        for (const name of files.sort())
          await ingest(ctx, [join(logs, name)], { project: basename(name, '.txt') });
      },
    });
  }
  const written = programs(data);
  if (written.length > 0)
    found.push({
      name: 'programs',
      fill: (ctx) =>
        importRuns(
          ctx,
          written.map((draft) => ({ task: draft.task.id ?? '', draft })),
        ),
    });
  const guarded = folder('atomicguard-swebench-pro');
  if (guarded) found.push({ name: 'atomicguard', fill: (ctx) => ingest(ctx, [guarded]) });
  return found.filter(({ name }) => name.includes(only));
}

const wanted = sets();
if (wanted.length === 0) {
  print(`eval:datasets skipped: no set with chains of attempts in ${data}`);
  process.exit(0);
}

const figures: PairFigures[] = [];
const examples: { set: string; example: PreferenceExample }[] = [];
for (const { name, fill } of wanted)
  await withStore(async (ctx) => {
    await fill(ctx);
    const made = await pairsOfSet(ctx, name);
    figures.push(made.figures);
    examples.push(...made.examples.map((example) => ({ set: name, example })));
  });

const shown = drawn(examples);
if (args.includes('--json')) print(JSON.stringify({ data, figures, shown }, null, 2));
else {
  for (const each of figures) tell(each);
  for (const each of shown) tellPair(each);
}

/** Ten, by turns of each set and source, drawn by their ids. */
function drawn(all: typeof examples): typeof examples {
  const groups = Object.values(
    Object.groupBy(all, ({ set, example }) => `${set} ${example.source}`),
  ) as (typeof examples)[];
  for (const group of groups) group.sort((a, b) => (ticket(a.example.id) < ticket(b.example.id) ? -1 : 1));
  const taken: typeof examples = [];
  for (let turn = 0; taken.length < Math.min(SHOWN, all.length); turn += 1)
    for (const group of groups) taken.push(...group.slice(turn, turn + 1));
  return taken.slice(0, SHOWN);
}

function ticket(id: string): string {
  return contentId('shown', id);
}

function tell({
  set,
  runs,
  tasks,
  given,
  examples: made,
  by_source,
  with_history,
  left_out,
  seconds,
}: PairFigures) {
  print(`\n${set}: ${runs} runs at ${tasks} tasks, ${seconds.toFixed(1)} s`);
  print(`  ${given.pairs} pairs of runs within ${given.tasks} tasks ${JSON.stringify(given.by_source)}`);
  print(`    no pairs: ${JSON.stringify(given.left_out)}`);
  print(
    `  ${made} preference examples ${JSON.stringify(by_source)}, ${with_history} with earlier attempts told`,
  );
  print(`    left out: ${JSON.stringify(left_out)}`);
}

function tellPair({ set, example }: (typeof examples)[number]): void {
  const { source, strength, confidence, chosen, rejected } = example;
  print(`\n=== ${set}: ${source}, strength ${strength.toFixed(2)}, confidence ${confidence.toFixed(2)}`);
  for (const [name, text] of Object.entries({ prompt: promptOf(example), chosen, rejected }))
    print(`--- ${name}\n${shortened(text, name === 'prompt' ? 1_200 : 600)}`);
}
