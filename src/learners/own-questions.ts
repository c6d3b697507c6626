/** What an agent itself asked during a run: the retrievals that its own calls of retrieve_strategies were answered with. */
import type { Step } from '../types.ts';

const ASKS = /retrieve_strategies$/u;
/** However often the answer was put into quotes on its way into the transcript. */
const NAMED = /retrieval_id\\{0,7}" {0,3}: {0,3}\\{0,7}"(ret_[0-9a-f]{24})\\{0,7}"/u;
/** It stands at the beginning of an answer. */
const MOST_CHARS = 4_000;

/** Ids of retrievals, in the order in which they were asked for, each once. */
export const retrievalsIn = (steps: readonly Partial<Pick<Step, 'tool' | 'observation'>>[]): string[] => [
  ...new Set(
    steps.flatMap(({ tool, observation }) =>
      tool !== undefined && observation !== undefined && ASKS.test(tool)
        ? (NAMED.exec(observation.slice(0, MOST_CHARS))?.[1] ?? [])
        : [],
    ),
  ),
];
