/** Records as an agent mid-task reads them: short, evidence beside the advice, no field that costs more than it tells. */

import { fillTemplate } from '../learners/template.ts';
import { shorten } from '../learning/acts.ts';
import { attributeSimple, keySteps } from '../learning/credit.ts';
import type { Attribution, CodeConcept, ErrorPattern, Experience, Strategy, Trajectory } from '../types.ts';

const MOST_SOURCES = 2;

export const strategyView = ({ id, situation, suggestion, pitfalls, evidence, status }: Strategy) => ({
  id,
  situation: shorten(situation, 400),
  suggestion: shorten(suggestion, 500),
  pitfalls: pitfalls.slice(0, 2).map((pitfall) => shorten(pitfall, 200)),
  evidence: {
    worked: evidence.worked,
    tried: evidence.tried,
    from: evidence.from.slice(0, MOST_SOURCES),
    ...(evidence.without && evidence.without.tried > 0
      ? {
          without: `attempts at the same tasks that did otherwise: ${evidence.without.worked} of ${evidence.without.tried}`,
        }
      : {}),
  },
  status,
});

/**
 * The pattern with its best fix, and what else was tried: counter-evidence travels along. `values` are the caller's own
 * literals, filled into the fix: `pip install {module}` is told as `pip install numpy`.
 */
export function errorView(pattern: ErrorPattern, values: Record<string, string> = {}) {
  const { id, name, signature, frequency, suggested_fix, support, fixes } = pattern;
  const also = fixes
    .filter((fix) => fix.fix !== suggested_fix)
    .slice(0, 2)
    .map(({ fix, worked, tried, ended_well }) => {
      const runs =
        ended_well.tried > 0 ? `, ${ended_well.worked} of ${ended_well.tried} such runs succeeded` : '';
      return `${shorten(fix, 160)} (got past it ${worked} of ${tried}${runs})`;
    });
  return {
    id,
    name,
    signature: shorten(signature, 300),
    frequency,
    suggested_fix: shorten(fillTemplate(suggested_fix, values), 400),
    support,
    ...(also.length > 0 ? { also } : {}),
  };
}

export const conceptView = ({ id, name, signature, description, code, usage }: CodeConcept) => ({
  id,
  name,
  signature: shorten(signature, 200),
  description: shorten(description, 240),
  // Code keeps its line breaks; what is too long is read from the resource.
  code: code.length > 900 ? `${code.slice(0, 900)}\n// … whole: knowhow://concepts/${id}` : code,
  used: `in ${usage.tried} runs, ${usage.worked} succeeded`,
});

export function experienceView(trajectory: Trajectory, experience: Experience | undefined) {
  const { id, task, outcome, steps } = trajectory;
  const keys = experience?.analysis.key_steps ?? keySteps(attributeSimple(trajectory));
  return {
    id,
    task: shorten(task.description, 160),
    success: outcome.success,
    judged_by: outcome.verdict?.source ?? 'agent',
    key_steps: keys.slice(-4).flatMap((key) => (steps[key] ? [shorten(steps[key].action, 120)] : [])),
    ...(outcome.error ? { error: shorten(outcome.error, 160) } : {}),
  };
}

/** Pairs worth showing: of a long run the small shares are left out and the others scaled to sum 1 again. */
export function attributionShown(attribution: Attribution): Attribution {
  if (attribution.length <= 50) return attribution;
  const shown = [...attribution]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 50)
    .filter(([, share]) => share > 0);
  const sum = shown.reduce((total, [, share]) => total + share, 0);
  return shown.map(([step, share]): [number, number] => [step, share / sum]).sort((a, b) => a[0] - b[0]);
}
