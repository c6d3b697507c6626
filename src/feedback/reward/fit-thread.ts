/** The thread in which models are fitted; apart.ts starts it with what it is to do, and it tells what came out. */
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '../../learners/random.ts';
import type { Asked, ThreadSays } from './apart.ts';
import { regressorOf } from './choose.ts';
import { fitReward } from './fit.ts';

const asked = workerData as Asked;
const say = (said: ThreadSays) => parentPort?.postMessage(said);

if (asked.what === 'fit') {
  const { rows, target, judging } = asked;
  const progress = (done: number, total: number) => say({ done, total });
  say({ made: await fitReward(rows, target, { ...judging, progress }) });
} else {
  const { candidate, fit, fresh, rows, seed } = asked;
  say({ made: regressorOf(candidate).update?.(fit, fresh, rows, createRandom(seed)) });
}
