/** The guards of every task, ready to be asked: its own, then those that are given for all. */
import { trainingError } from '../codes.ts';
import { type Guard, guardOfFunction, isCommand, type NamedGuard } from './guard.ts';
import { commandGuard } from './guard-command.ts';
import { openSchemaGuards } from './guard-schema.ts';
import type { EvaluationTask, GuardSpec } from './task.ts';

export interface GuardLimits {
  timeoutMs: number;
  memoryMb: number;
  /** The folder that a command is told as `$STARTED_IN`. */
  startedIn: string;
}

export interface Guards {
  of(task: EvaluationTask): NamedGuard[];
  close(): Promise<void>;
}

/** @throws KnowhowError `E7406` where a task has none, `E7404` where one cannot be used. */
export async function openGuards(
  tasks: EvaluationTask[],
  forAll: (GuardSpec | Guard)[],
  limits: GuardLimits,
): Promise<Guards> {
  const bare = tasks.filter(({ guards }) => guards.length + forAll.length === 0).length;
  if (bare > 0) throw trainingError('E7406', `${bare} of ${tasks.length} tasks have none.`);
  const schemas = openSchemaGuards();
  const named = (given: GuardSpec | Guard, nth: number): NamedGuard => {
    if (typeof given === 'function')
      return { name: given.name || `function ${nth + 1}`, check: guardOfFunction(given, limits.timeoutMs) };
    if (isCommand(given))
      return { name: given.name ?? `command ${nth + 1}`, check: commandGuard(given, limits) };
    return { name: given.name ?? `schema ${nth + 1}`, check: schemas.guard(given) };
  };
  try {
    const specs = [...tasks.flatMap(({ guards }) => guards), ...forAll];
    await schemas.check(specs.flatMap((spec) => (typeof spec === 'function' || isCommand(spec) ? [] : spec)));
    const known = new Map(tasks.map((task) => [task, [...task.guards, ...forAll].map(named)]));
    return { of: (task) => known.get(task) ?? [], close: () => schemas.close() };
  } catch (error) {
    await schemas.close();
    throw error;
  }
}
