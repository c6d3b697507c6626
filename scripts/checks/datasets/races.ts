/** Processes that build one name at once: of one store, and of several stores in one place. */
import { join } from 'node:path';
import { build, builder, hashesOf, inStore, runsAt, type Told } from './builds.ts';

export interface Races {
  rounds: number;
  won: number;
  refused: number;
  wrong: string[];
}

const BUILDERS = 4;
const ROUNDS = 3;

export async function checkRaces(
  data: string,
  { tasks, say }: { tasks: number; say: (text: string) => void },
): Promise<Races> {
  const found: Races = { rounds: 0, won: 0, refused: 0, wrong: [] };
  const place = join(data, 'shared');
  const stores = Array.from({ length: BUILDERS }, (_, nth) => join(data, `store-${nth}`));
  const few = Math.ceil(tasks / 4);
  for (const [nth, store] of stores.entries())
    await inStore(store, (ctx) => ctx.memory.trajectories.put(runsAt(10_000 * nth, few)));
  for (let round = 0; round < ROUNDS; round += 1) {
    await race(
      `one-store, round ${round}`,
      stores.map(() => stores[0] as string),
      `race-${round}`,
    );
    await race(`one place, round ${round}`, stores, `race-${round}`, place);
  }
  // Those that lost build on what is there, one after the other: all runs are in, none twice.
  for (const store of stores) await inStore(store, (ctx) => build(ctx, 'race-0'), place);
  await inStore(
    stores[0] as string,
    async (ctx) => {
      const versions = await hashesOf(ctx, 'race-0');
      if (versions.length !== BUILDERS)
        found.wrong.push(`there are ${versions.length} versions, not ${BUILDERS}`);
    },
    place,
  );
  return found;

  async function race(what: string, of: string[], name: string, at?: string): Promise<void> {
    const builders = await Promise.all(of.map((store) => builder(store, name, at)));
    for (const one of builders) one.go();
    const told: Told[] = await Promise.all(builders.map((one) => one.told()));
    const won = told.filter(({ built }) => built).length;
    const refused = told.filter(
      ({ code, reason }) => code === 'E7203' || reason === 'too_few_new' || reason === 'same_content',
    );
    // Who came after the winner had finished builds on it.
    const numbers = told.filter(({ built }) => built).map(({ version }) => version);
    if (won + refused.length !== told.length || won === 0 || new Set(numbers).size !== numbers.length)
      found.wrong.push(`${what}: ${JSON.stringify(told)}`);
    found.rounds += 1;
    found.won += won;
    found.refused += refused.length;
    say(`${what}: ${won} won, ${refused.length} refused`);
  }
}
