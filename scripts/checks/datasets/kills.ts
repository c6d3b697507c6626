/** First builds and additions that are killed with SIGKILL, anywhere between their first read and their last write. */
import { createRandom } from '../../../src/learners/random.ts';
import { removeDataset } from '../../../src/training/datasets/remove.ts';
import { build, builder, hashesOf, inStore, leftovers, runsAt } from './builds.ts';

export interface Kills {
  builds: number;
  /** Of these, killed before they had ended, and of those, before their version was there. */
  killed: number;
  before_commit: number;
  /** Milliseconds that an undisturbed build takes, and an addition. */
  takes: number[];
  wrong: string[];
}

export async function checkKills(
  data: string,
  { kills, tasks, say }: { kills: number; tasks: number; say: (text: string) => void },
): Promise<Kills> {
  const found: Kills = { builds: 0, killed: 0, before_commit: 0, takes: [], wrong: [] };
  const random = createRandom(1);
  await inStore(data, (ctx) => ctx.memory.trajectories.put(runsAt(0, tasks)));
  const half = Math.ceil(kills / 2);
  // First builds, each of a name of its own; then additions to one, which is taken back each time.
  const first = await undisturbed('whole');
  for (let nth = 0; found.killed < half && nth < kills; nth += 1) await disturb(`first-${nth}`, [], first);
  const [base = ''] = await inStore(data, async (ctx) => {
    await build(ctx, 'grows');
    await ctx.memory.trajectories.put(runsAt(tasks, tasks));
    return hashesOf(ctx, 'grows');
  });
  const second = await undisturbed('grows');
  await inStore(data, (ctx) => removeDataset(ctx, 'grows@1.0.1'));
  for (let nth = 0; found.killed < kills && nth < 2 * kills; nth += 1) {
    await disturb('grows', [base], second);
    await inStore(data, (ctx) => removeDataset(ctx, 'grows@1.0.1'));
  }
  return found;

  async function undisturbed(name: string): Promise<{ hash: string; takes: number }> {
    const one = await builder(data, name);
    const began = performance.now();
    one.go();
    const { hash = '', built } = await one.told();
    if (!built) found.wrong.push(`an undisturbed build of ${name} built nothing`);
    const takes = Math.round(performance.now() - began);
    found.takes.push(takes);
    return { hash, takes };
  }

  async function disturb(
    name: string,
    before: string[],
    whole: { hash: string; takes: number },
  ): Promise<void> {
    const { hash, takes } = whole;
    const one = await builder(data, name);
    one.go();
    const after = Math.round(random() * takes * 1.05);
    const killed = await one.killed(after);
    found.builds += 1;
    found.killed += Number(killed);
    // The first build may have been slower than those that follow.
    if (!killed) whole.takes = Math.min(takes, after);
    await inStore(data, async (ctx) => {
      const there = await hashesOf(ctx, name);
      const known = [...before, hash];
      if (there.length === before.length && killed) found.before_commit += 1;
      if (there.some((each, nth) => each !== known[nth]) || there.length > known.length)
        found.wrong.push(`${name}, killed after ${after} ms: a version is not whole`);
      const again = await build(ctx, name);
      if (again.version?.content_hash !== hash)
        found.wrong.push(`${name}, killed after ${after} ms: built again it is another (${again.reason})`);
      for (const left of await leftovers(ctx)) found.wrong.push(`${name}: ${left} was left behind`);
    });
    say(`${name}: ${killed ? `killed after ${after} of ${takes} ms` : 'ended before it was killed'}`);
  }
}
