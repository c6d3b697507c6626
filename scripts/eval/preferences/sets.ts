/** Public sets with several attempts at a task, each judged by a test, with the model that made them where it is known. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrajectoryDraft } from '../../../src/types.ts';
import { transferSets } from '../transfer/sets.ts';

export interface AttemptSet {
  name: string;
  runs: TrajectoryDraft[];
  /** Logs to import as they are: only the importer knows which attempt retries which. */
  files?: string[];
}

const LOGS = /^ReAct__(?:base|reflexion)__100_questions_\d_trials\.txt$/u;

/** Those that are there. */
export async function attemptSets(data: string): Promise<AttemptSet[]> {
  const sets: AttemptSet[] = (await transferSets(data))
    .filter(({ name }) => name !== 'webshop')
    .map(({ name, runs }) => ({ name, runs }));
  const logs = [join(data, 'reflexion', 'reflexion', 'hotpotqa'), join(data, 'reflexion', 'hotpotqa')].find(
    (path) => existsSync(path),
  );
  if (!logs) return sets;
  const files = readdirSync(logs).filter((name) => LOGS.test(name));
  return [
    ...sets,
    { name: 'hotpotqa, ReAct and Reflexion', runs: [], files: files.sort().map((name) => join(logs, name)) },
  ];
}
