/**
 * Blame in a conversation between agents that failed: P(step is the decisive mistake) = exp(w·signs) / Σ exp(w·signs), a
 * conditional logit over the messages of the run with the weights of message-weights.ts.
 */
import { choiceProbabilities } from '../../learners/conditional-logit.ts';
import type { Step } from '../../types.ts';
import { SIGNS, signsOf, tellsTask } from './message-signs.ts';
import { WEIGHTS } from './message-weights.ts';

/** Messages of two speakers or more, where nothing came back but the next message. */
export const isConversation = (steps: readonly Step[]): boolean =>
  new Set(steps.map(({ agent }) => agent)).size > 1 &&
  steps.every(
    ({ tool, exit_code, error, observation }) =>
      tool === undefined && exit_code === undefined && error === undefined && observation.trim() === '',
  );

/** Shares of any sum. Who only tells the task again is not to blame, unless nobody says more. */
export function blameConversation(task: string, steps: readonly Step[]): number[] {
  const signs = signsOf(task, steps);
  const names = SIGNS.filter((name) => WEIGHTS[name] !== undefined);
  const shares = choiceProbabilities(
    signs.map((row) => names.map((name) => row[name])),
    names.map((name) => WEIGHTS[name] ?? 0),
  );
  const parts = turnParts(steps);
  const heard = shares.map((share, i) =>
    steps[i] && tellsTask(task, steps[i]) ? 0 : share / (parts[i] ?? 1),
  );
  return heard.some((share) => share > 0) ? heard : shares;
}

/**
 * In how many messages each turn is told. Frameworks split one into "Name (thought)", "Name (-> Other)" and the like: its
 * parts share the blame, else who thinks aloud would have it all. By the form alone, not fitted: Who&When's runs have none.
 */
function turnParts(steps: readonly Step[]): number[] {
  const names = steps.map(({ agent = '' }) => /^([^(]*[^(\s])\s*\(.*\)$/su.exec(agent.slice(0, 200))?.[1]);
  const parts: number[] = [];
  while (parts.length < names.length) {
    const from = parts.length;
    const name = names[from];
    let length = 1;
    while (name !== undefined && names[from + length] === name) length += 1;
    for (let i = 0; i < length; i += 1) parts.push(length);
  }
  return parts;
}
