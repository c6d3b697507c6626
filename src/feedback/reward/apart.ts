/** Fitting in a thread of its own: it takes seconds of computing, and a server has others to answer meanwhile. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createRandom } from '../../learners/random.ts';
import type { Example } from '../../learners/regression.ts';
import type { RewardTarget } from '../../types.ts';
import { type CandidateName, regressorOf } from './choose.ts';
import { assertEnough, type Fitted } from './fit.ts';
import type { Judging } from './judge.ts';

type AskedFit = {
  what: 'fit';
  rows: Example[];
  target: RewardTarget;
  judging: Pick<Judging, 'seed' | 'folds' | 'repeats'>;
};
type AskedUpdate = {
  what: 'update';
  candidate: CandidateName;
  fit: unknown;
  fresh: Example[];
  rows: Example[];
  seed: number;
};
export type Asked = AskedFit | AskedUpdate;
export type ThreadSays = { done: number; total: number } | { made: unknown };

/** As `fitReward`. @throws KnowhowError `too_few_examples`, `no_variance`; the signal's reason when it aborts. */
export function fitApart(rows: Example[], target: RewardTarget, judging: Judging): Promise<Fitted> {
  // Here, where errors keep what they are.
  assertEnough(rows, target);
  const { seed, folds, repeats, ...watch } = judging;
  return apart({ what: 'fit', rows: rows.map(plain), target, judging: { seed, folds, repeats } }, watch);
}

/** As `update` of the candidate, which must have one. */
export async function updateApart(asked: Omit<AskedUpdate, 'what'>, signal?: AbortSignal): Promise<unknown> {
  const { candidate, fit, fresh, rows, seed } = asked;
  // Sums are added to at once; to start a thread takes longer.
  if (candidate === 'mean' || candidate === 'linear')
    return regressorOf(candidate).update?.(fit, fresh, rows, createRandom(seed));
  return apart({ what: 'update', ...asked, fresh: fresh.map(plain), rows: rows.map(plain) }, { signal });
}

/** No more of a row than learners look at. */
const plain = ({ x, y, group, weight }: Example): Example => ({ x, y, group, weight });

async function apart<T>(
  asked: Asked,
  { signal, progress }: Pick<Judging, 'signal' | 'progress'>,
): Promise<T> {
  signal?.throwIfAborted();
  const file = new URL(`./fit-thread${extname(import.meta.url)}`, import.meta.url);
  // Flags of the process may be meant for its own entry alone.
  const thread = new Worker(file, { workerData: asked, execArgv: [] });
  const ended = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      const stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { signal: ended.signal });
      thread.on('message', (said: ThreadSays) => {
        if ('made' in said) resolve(said.made as T);
        else progress?.(said.done, said.total);
      });
      thread.once('error', reject);
      thread.once('exit', () => reject(new Error('The thread that fits models ended early.')));
    });
  } finally {
    ended.abort();
    await thread.terminate();
  }
}
