/**
 * One process of `check-processes.ts`: opens the store at argv[2] and, as argv[3] says,
 *
 * - `write NAME COUNT`  records runs, half of them under sessions that every writer uses, and prints `ack ID STEPS` for each
 *                       that was acknowledged; COUNT 0: until it is killed
 * - `compact`           folds every table, again and again, until its input ends
 * - `watch`             for each id on its input, prints `seen ID` or `missing ID`
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKnowhow } from '../../src/index.ts';

const [data = '', role = '', name = '', count = '0'] = process.argv.slice(2);
const IN_FLIGHT = 4;
const knowhow = await openKnowhow({ data, llm: false, log_level: 'error' });
const say = (line: string) => process.stdout.write(`${line}\n`);

if (role === 'write') {
  const most = Number(count) || Number.POSITIVE_INFINITY;
  let next = 0;
  const one = async () => {
    while (next < most) {
      const i = next;
      next += 1;
      const shared = i % 2 === 0;
      // Of a shared session every writer knows a version of another length: the longest must be what is left.
      const length = shared ? 1 + (name.charCodeAt(0) % 4) : 2;
      const run = await knowhow.record({
        session: shared ? `shared-${i}` : `${name}-${i}`,
        task: { description: `Repair part ${i} of the ${shared ? 'common' : name} machine` },
        steps: Array.from({ length }, (_, step) => ({
          action: `python3 repair.py --part ${i} --step ${step}`,
          observation: step === 0 ? 'Traceback (most recent call last):\nKeyError: "part"' : 'ok',
        })),
        outcome: { success: i % 3 !== 0, verdict: { source: 'test' } },
      });
      say(`ack ${run.trajectory_id} ${length}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
} else if (role === 'compact') {
  let over = false;
  process.stdin.resume().on('end', () => {
    over = true;
  });
  const { trajectories, experiences, occurrences, error_patterns } = knowhow.memory;
  for (let rounds = 1; !over; rounds += 1) {
    for (const table of [trajectories, experiences, occurrences, error_patterns]) await table.compact();
    say(`round ${rounds}`);
    await sleep(5);
  }
} else {
  for await (const id of createInterface({ input: process.stdin })) {
    say(`${(await knowhow.memory.trajectories.get(id)) ? 'seen' : 'missing'} ${id}`);
  }
}
await knowhow.close();
