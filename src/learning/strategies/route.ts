/** Routes: what worked at one task, told as a strategy. */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { leastTrust, SUSPECT_TRUST } from '../../learners/trust.ts';
import type { Attempt, Parameter, Strategy, Tally } from '../../types.ts';
import { shorten } from '../acts/acts.ts';
import { generalize } from '../errors/fixes.ts';
import { guardStrategy } from '../guard.ts';
import { isJudged, MOST_FROM, mostFrequent, seenAt } from './telling.ts';
import { goneBy, isCommon, otherwise, tasksOf, type Ways, waysOf } from './ways.ts';

/** So many ways of one task are looked at, the best judged and shortest first. */
const MOST_WAYS = 5;
const MOST_ACTS = 4;
/** Advice of more signs than this is not read: the last acts are what got there. */
const LONGEST = 320;

/** The routes of all tasks, each counted over all attempts of its project. */
export const routesOf = (attempts: Attempt[], at: string): Strategy[] =>
  [...Map.groupBy(attempts, ({ project }) => project).values()].flatMap((same) => {
    const ways = waysOf(same);
    return [...Map.groupBy(same, ({ task_key }) => task_key).values()].flatMap(
      (tried) => routeOf(tried, at, ways) ?? [],
    );
  });

/**
 * What worked at one task: the acts of its shortest well-judged success that say something, literals of the task as parameters. One
 * strategy a task; undefined without a success that can be told in acts.
 */
export function routeOf(attempts: Attempt[], at: string, ways = waysOf(attempts)): Strategy | undefined {
  const successes = attempts
    .filter(({ success, route }) => success === true && route.length > 0)
    .sort((a, b) => b.trust - a.trust || a.route.length - b.route.length || (a.id < b.id ? -1 : 1));
  const different = new Map(successes.toReversed().map((each) => [each.route.join('\n'), each]));
  for (const best of successes
    .filter((each) => different.get(each.route.join('\n')) === each)
    .slice(0, MOST_WAYS)) {
    const route = tell(best, attempts, at, ways);
    if (route) return route;
  }
  return undefined;
}

function tell(best: Attempt, attempts: Attempt[], at: string, ways: Ways): Strategy | undefined {
  const { project, task_key, literals: values } = best;
  // An act may quote what the run read: orders in it are nobody's advice.
  const harmless = best.route.filter((act) => !isInstructionLike(act));
  const acts = lastActs(harmless.filter((act) => !isChoice(act)));
  // Looking things up, or running what the task asked for, is no way to get there; nor is one tool's bare name.
  if (acts.every((act) => LOOKUP.test(act))) return undefined; // Also when no act is left.
  if (acts.length === 1 && acts.every((act) => TOOL.test(act))) return undefined;
  if (acts.every((act) => /^`[\w.]+ \{file(?:_\d+)?\}`$/u.test(generalize(act, values)))) return undefined;
  const isTelling = (act: string) => !isBare(act) && !isCommon(act, ways);
  if (!acts.some(isTelling)) return undefined;
  const same = goneBy(acts, ways);
  const worked = same.filter(({ success }) => success).length;
  const without = otherwise(same, ways);
  // Where enough went otherwise and fared no worse, the way is not what did it.
  const compared = without.near.tried >= ENOUGH ? without.near : without.all;
  // What failed most of the time is nothing that worked.
  if (same.length >= MANY_TRIES && worked / same.length < LEAST_SHARE) return undefined;
  if (compared.tried >= ENOUGH && smoothed(compared) >= smoothed({ worked, tried: same.length }))
    return undefined;
  const from = same.toSorted(
    (a, b) =>
      Number(b.success) - Number(a.success) ||
      Number(b.task_key === task_key) - Number(a.task_key === task_key),
  );
  const told = parameterize(
    `When the task is like "${shorten(best.task, 220)}"`,
    `What worked: ${acts.map((act, i) => (i === 0 ? act : `then ${act}`)).join(', ')}.`,
    values,
  );
  return guardStrategy({
    id: contentId('strat', [project, 'route', task_key]),
    at,
    project,
    derived_from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
    trust: leastTrust(same, harmless.length < best.route.length ? SUSPECT_TRUST : 1),
    kind: 'route',
    abstractable: false,
    situation: told.situation,
    suggestion: told.suggestion,
    seen_at: seenAt([best, ...from.filter(({ success }) => success)]),
    pitfalls: deadEnds(attempts),
    parameters: [...told.parameters, ...thingsOf(best, acts)],
    evidence: {
      worked,
      tried: same.length,
      from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
      ...(without.near.tried > 0 ? { without: without.near } : {}),
      tasks: tasksOf(same.filter(({ success }) => success)).size,
    },
    // Two judged episodes that took the same way are more than luck; an agent's own claim is not evidence enough.
    status: worked >= 2 && isJudged(same) && harmless.length === best.route.length ? 'active' : 'candidate',
    method: 'heuristic',
  });
}

/** What the {object} or {place} of plain acts stood for. */
function thingsOf({ did }: Attempt, acts: string[]): Parameter[] {
  const byName = new Map<string, Set<string>>();
  for (const { act, literal } of did) {
    const name = acts.includes(act) ? /\{(\w+)\}/u.exec(act)?.[1] : undefined;
    if (name && literal) byName.set(name, (byName.get(name) ?? new Set()).add(literal));
  }
  return [...byName].map(([name, values]) => ({ name, values: [...values].sort() }));
}

const ENOUGH = 3;
const MANY_TRIES = 4;
const LEAST_SHARE = 1 / 3;

/** `click[champagne gold]`: what one task was about, and no way to another's end. */
const isChoice = (act: string): boolean => /^`[a-z][\w ]*\[[^A-Z{…\]]/u.test(act);

/** `click[{id}]`, `put {object} in {place}`: an act that names nothing but parameters is what the task asks for anyway. */
const isBare = (act: string): boolean =>
  /[{…]/u.test(act) &&
  act
    .replace(/\{\w+\}|…/gu, ' ')
    .split(/[^\w/.-]+/u)
    .filter((word) => word !== '' && !/^(?:to|in|on|in\/on|from|with|into|onto|at)$/u.test(word)).length <= 1;

function lastActs(acts: string[]): string[] {
  const kept: string[] = [];
  for (const act of acts.toReversed()) {
    const length = kept.reduce((sum, each) => sum + each.length, act.length);
    if (kept.length === MOST_ACTS || (kept.length > 0 && length > LONGEST)) break;
    kept.unshift(act);
  }
  return kept;
}

/** A share with one run either way added: one of one is not better than six of seven. */
const smoothed = ({ worked, tried }: Tally): number => (worked + 1) / (tried + 2);

/** A tool's name and nothing of how it was called. */
const TOOL = /^`[a-z]+(?:_[a-z]+)+`$/iu;
const LOOKUP = /^`(?:get|list|find|search|read|fetch|look|query|show|view)_?\w*`$/iu;
/** Errors that failed attempts were left with and no success ever met. */
function deadEnds(attempts: Attempt[]): string[] {
  const errors = (success: boolean) =>
    attempts
      .filter((attempt) => attempt.success === success)
      .map(({ met }) => new Set(met.map(({ template }) => template)));
  const good = new Set(errors(true).flatMap((set) => [...set]));
  const bad = errors(false)
    .flatMap((set) => [...set])
    .filter((template) => !good.has(template));
  const [most, count] = mostFrequent(bad);
  return most !== undefined && count >= 2 && !isInstructionLike(most)
    ? [`${count} failed attempts were stuck at \`${shorten(most, 140)}\`.`]
    : [];
}

/** Turns the task's literals into parameters where the suggestion uses them, numbered in order of use. */
function parameterize(situation: string, suggestion: string, named: Record<string, string>) {
  // A program is what is run, whatever the task calls it.
  const isProgram = (value: string) =>
    ['`', '`./'].some((start) => [' ', '`'].some((end) => suggestion.includes(`${start}${value}${end}`)));
  const values = Object.fromEntries(Object.entries(named).filter(([, value]) => !isProgram(value)));
  const general = generalize(suggestion, values);
  const used = Object.entries(values).filter(([name]) => general.includes(`{${name}}`));
  const renamed: Record<string, string> = {};
  for (const [name, value] of used) {
    const base = name.replace(/_\d+$/u, '');
    renamed[
      base in renamed
        ? `${base}_${Object.keys(renamed).filter((key) => key.startsWith(base)).length + 1}`
        : base
    ] = value;
  }
  const parameters: Parameter[] = Object.entries(renamed).map(([name, value]) => ({ name, values: [value] }));
  return {
    situation: generalize(situation, renamed),
    suggestion: generalize(suggestion, renamed),
    parameters,
  };
}
