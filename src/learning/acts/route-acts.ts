/** The way a run went, in acts that can be done again. */
import type { Step } from '../../types.ts';
import type { Failure } from '../errors/failures.ts';
import { actsOf, type FilesSeen } from './acts.ts';
import { mainCommand } from './commands.ts';

/** Tools that keep a list, think or end; they lead nowhere. */
const IDLE = /^(?:todo|think|calculate|task|bash_?output|exit)/iu;

/** The changing acts of a run that did not fail, in order, without repetition. */
export function routeActs(steps: Step[], failures: (Failure | undefined)[]): string[] {
  const written: FilesSeen = new Map();
  const acts: string[] = [];
  for (const [i, step] of steps.entries()) {
    if (failures[i]) continue;
    const own = actsOf(step, written);
    if (own.length > 0) acts.push(...own);
    else if (isCall(step) && !IDLE.test(step.tool ?? '')) acts.push(`\`${step.tool}\``);
  }
  return [...new Set(acts)];
}

const isCall = (step: Step): boolean => {
  const command = mainCommand(step);
  return step.tool !== undefined && command?.name === step.tool && command.text.startsWith(`${step.tool}(`);
};
