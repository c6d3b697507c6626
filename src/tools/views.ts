/** Records as an agent mid-task reads them: short, evidence beside the advice, no field that costs more than it tells. */

import { fillTemplate } from '../learners/template.ts';
import { shorten } from '../learning/acts/acts.ts';
import { attributeSimple, keySteps } from '../learning/credit/simple.ts';
import { isOther, seenOnlyWith } from '../memory/seen-only.ts';
import type {
  Attribution,
  CodeConcept,
  ErrorPattern,
  Experience,
  Fix,
  Strategy,
  Tally,
  Trajectory,
  WinRate,
} from '../types.ts';

const MOST_SOURCES = 2;

/** Longer and the counter-evidence crowds out the next advice. */
const MOST_FAILURES = 2;

/**
 * The strategy with what speaks for and against it: how often it worked, what became of the runs that it was shown to,
 * what the failed ones were left with. `changed` is cited code that is no longer as it was.
 */
export function strategyView(strategy: Strategy, changed: string[] = []) {
  const { id, situation, suggestion, pitfalls, evidence, status, status_why, win_rate } = strategy;
  const { worked, tried, from, without, used, withheld, failures = [] } = evidence;
  const isStale = status === 'stale' || changed.length > 0;
  const stale = changed.length > 0 ? `${changed.join(', ')} changed since` : (status_why ?? '');
  return {
    id,
    situation: shorten(situation, 400),
    suggestion: shorten(suggestion, 500),
    pitfalls: pitfalls.slice(0, 2).map((pitfall) => shorten(pitfall, 200)),
    evidence: {
      worked,
      tried,
      ...(win_rate ? { win_rate: interval(win_rate) } : {}),
      ...(without && without.tried > 0
        ? {
            without: `attempts at the same tasks that did otherwise: ${without.worked} of ${without.tried}`,
          }
        : {}),
      ...(failures.length > 0 ? { failed_when: failures.slice(0, MOST_FAILURES) } : {}),
      ...(used ? { used: `${usedText(used)}${withheld ? withheldText(withheld) : ''}` } : {}),
      from: from.slice(0, MOST_SOURCES),
    },
    status: isStale ? ('stale' as const) : status,
    ...(isStale && stale !== '' ? { stale: shorten(stale, 160) } : {}),
  };
}

const percent = (share: number): string => `${Math.round(100 * share)}`;
const interval = ({ mean, low, high }: WinRate): string =>
  `${percent(mean)} % (${percent(low)}–${percent(high)})`;

const usedText = ({ worked, tried }: Tally): string =>
  `of ${tried} later ${tried === 1 ? 'run that was' : 'runs that were'} shown this, ${worked} succeeded`;

const withheldText = ({ worked, tried }: Tally): string =>
  `; of ${tried} from which it was withheld, ${worked}`;

/**
 * The pattern with its best fix, and what else was tried: counter-evidence travels along. `values` are the caller's own
 * literals, filled into the fix: `pip install {module}` is told as `pip install numpy`. What got past the error only
 * where it named something else is no fix for this one: it is told as that.
 */
export function errorView(pattern: ErrorPattern, values: Record<string, string> = {}, used?: Tally) {
  const { id, name, signature, frequency, suggested_fix, support, fixes } = pattern;
  const others = fixes.filter((fix) => fix.fix !== suggested_fix);
  const [most] = others.slice(1).sort((a, b) => b.tried - a.tried);
  const filled = fillTemplate(suggested_fix, values);
  const also = [...others.slice(0, 1), ...(most ? [most] : [])].map(alsoText);
  const best = fixes.find((fix) => fix.fix === suggested_fix);
  const seen = best?.seen ?? [];
  const only = seenOnlyWith(pattern);
  const isForOther = best !== undefined && only !== undefined && isOther(only, values);
  if (isForOther) also.unshift(`only ${whereText(only)}: ${alsoText(best)}`);
  else if (only && Object.keys(values).length === 0) also.unshift(`the fix was ${whereText(only)}`);
  // What stands for a parameter that this error does not tell: as it was elsewhere.
  else if (/\{\w+\}/u.test(filled) && seen.length > 0) also.unshift(seenText(seen));
  return {
    id,
    name,
    signature: shorten(signature, 300),
    frequency,
    suggested_fix: isForOther ? '' : shorten(filled, 400),
    support: isForOther ? { worked: 0, tried: 0 } : support,
    ...(also.length > 0 ? { also } : {}),
    ...(used ? { used: usedText(used) } : {}),
  };
}

function alsoText({ fix, worked, tried, ended_well }: Fix): string {
  const runs =
    ended_well.tried > 0 ? `, ${ended_well.worked} of ${ended_well.tried} such runs succeeded` : '';
  return `${shorten(fix, 160)} (got past it ${worked} of ${tried}${runs})`;
}

/** `seen where module was yaml`. */
const whereText = (values: Record<string, string>): string =>
  `seen where ${Object.entries(values)
    .map(([name, value]) => `${name} was ${shorten(value, 40)}`)
    .join(', ')}`;

/** `seen: command 7z, package p7zip-full`. */
const seenText = (seen: Record<string, string>[]): string => {
  const told = seen.slice(0, 4).map((pair) =>
    Object.entries(pair)
      .map(([name, value]) => `${name} ${shorten(value, 40)}`)
      .join(', '),
  );
  return `seen: ${told.join('; ')}`;
};

export const conceptView = (
  { id, name, signature, description, code, usage }: CodeConcept,
  used?: Tally,
) => ({
  id,
  name,
  signature: shorten(signature, 200),
  description: shorten(description, 240),
  // Code keeps its line breaks; what is too long is read from the resource.
  code: code.length > 900 ? `${code.slice(0, 900)}\n// … whole: knowhow://concepts/${id}` : code,
  used: [`in ${usage.tried} runs, ${usage.worked} succeeded`, ...(used ? [usedText(used)] : [])].join('; '),
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
