/** How many planted idioms are found, and how many concepts are none. */
import { conceptsAmong } from '../../../src/learning/code/mine.ts';
import { nothingSeen, writingsOf } from '../../../src/learning/code/writings.ts';
import type { Trajectory, Writing } from '../../../src/types.ts';
import { IDIOMS, plant, type Sizes } from './corpus.ts';

export interface Planted {
  seed: number;
  snippets: number;
  idioms: number;
  found: number;
  concepts: number;
  spurious: number;
  /** Concepts beyond the first for one idiom. */
  doubled: number;
  missed: string[];
}

const idiomOf = (name: string): string | undefined =>
  IDIOMS.find(({ aliases }) => aliases.includes(name))?.name;

export async function writingsIn(trajectories: readonly Trajectory[]): Promise<Writing[]> {
  const seen = nothingSeen();
  const writings: Writing[] = [];
  for (const trajectory of trajectories)
    writings.push(...(await writingsOf(trajectory, trajectory.task.description, trajectory.at, seen)));
  return writings;
}

/**
 * A concept is an idiom where most of the runs behind it wrote that idiom under the concept's name or its other names;
 * everything else that comes out is spurious. One that only failed runs wrote counts as missed as well.
 */
export async function measurePlanted(seed: number, sizes: Sizes): Promise<Planted> {
  const { trajectories, snippets } = plant(seed, sizes);
  const concepts = conceptsAmong(await writingsIn(trajectories), '2026-01-01T00:00:00Z');
  const of = concepts.map((concept) => {
    const also = /; also written as ([^;`]*?)(?:;|\.$)/u.exec(concept.description)?.[1]?.split(', ') ?? [];
    const idioms = [concept.name, ...also].map(idiomOf);
    const [first] = idioms;
    return first !== undefined && idioms.every((idiom) => idiom === first) ? first : undefined;
  });
  const found = new Set(of.filter((idiom) => idiom !== undefined));
  return {
    seed,
    snippets,
    idioms: IDIOMS.length,
    found: found.size,
    concepts: concepts.length,
    spurious: of.filter((idiom) => idiom === undefined).length,
    doubled: of.filter((idiom) => idiom !== undefined).length - found.size,
    missed: IDIOMS.map(({ name }) => name).filter((name) => !found.has(name)),
  };
}
