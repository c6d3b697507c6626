/**
 * Near-duplicates become one that keeps all evidence. Runs are counted once whoever told of them; those merged away
 * keep their own row, archived, with `merged_into`, so that merging again from the rows gives the same.
 */

import { leastTrust } from '../../learners/trust.ts';
import { jaccard, topics } from '../../learners/words.ts';
import type { Strategy, Tally } from '../../types.ts';
import { latest, MOST_FAILURES, type Witnesses, weigh } from './evidence.ts';
import { codeKey, isNear, type Reading, readingOf } from './near.ts';

const MOST_FROM = 100;
const MOST_SEEN = 20;
const MOST_PITFALLS = 4;
const MOST_VALUES = 10;
const MOST_EXAMPLES = 3;
/** Two gists this alike are the same task told twice. */
const SAME_GIST = 0.8;

const KIND_ORDER: Strategy['kind'][] = ['given', 'contrast', 'route'];

/**
 * Who keeps the evidence: what was given, then what was compared with runs that did otherwise, then what one task's runs
 * did; among these what stands already, then what more runs tell.
 */
export function inOrder(strategies: Strategy[], standing: ReadonlySet<string>): Strategy[] {
  const rank = ({ id, kind, evidence }: Strategy) => [
    KIND_ORDER.indexOf(kind),
    standing.has(id) ? 0 : 1,
    -evidence.tried,
  ];
  return [...strategies].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    for (const [i, value] of x.entries()) if (value !== y[i]) return value - (y[i] ?? 0);
    return a.id < b.id ? -1 : 1;
  });
}

/**
 * Which strategy joins which: from the one that is merged away to the one that keeps its evidence. Whatever order they
 * come in. One that was merged before stays where it is, as long as what it joined still stands and says the same.
 * @param standing ids of those that stood on their own before.
 */
export function joinNear(strategies: Strategy[], standing: ReadonlySet<string>): Map<string, string> {
  const joined = new Map<string, string>();
  // Only what names the same code can be near: without this, many strategies would all be compared with all.
  for (const same of Map.groupBy(strategies, codeKey).values()) {
    const leaders: Reading[] = [];
    for (const reading of inOrder(same, standing).map(readingOf)) {
      const { id, merged_into } = reading.strategy;
      const near = leaders.filter((leader) => isNear(leader, reading)).map(({ strategy }) => strategy.id);
      const into = near.find((leader) => leader === merged_into) ?? near[0];
      if (into) joined.set(id, into);
      else leaders.push(reading);
    }
  }
  return joined;
}

/** `leader` with the evidence of `members`. Absorbing one twice, or the leader's own older self, changes nothing. */
export function absorb(leader: Strategy, members: Strategy[], witnesses: Witnesses): Strategy {
  if (members.length === 0) return leader;
  const others = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const all = [leader, ...others];
  const union = (of: (strategy: Strategy) => string[], most: number) =>
    [...new Set(all.flatMap(of))].slice(0, most);
  const projects = union(({ project, projects }) => [project, ...(projects ?? [])], MOST_VALUES);
  const from = union(({ evidence }) => evidence.from, MOST_FROM);
  const absorbed = others.flatMap(({ id, merged_from }) => [id, ...(merged_from ?? [])]);
  const merged_from = [...new Set([...(leader.merged_from ?? []), ...absorbed])].filter(
    (id) => id !== leader.id,
  );
  const failures = union(({ evidence }) => evidence.failures ?? [], MOST_FAILURES);
  const merged: Strategy = {
    ...leader,
    derived_from: union(({ derived_from }) => derived_from, MOST_FROM),
    trust: leastTrust(all),
    abstractable: all.some(({ abstractable }) => abstractable),
    situation: situationOf(leader, others),
    seen_at: union(({ seen_at }) => seen_at, MOST_SEEN),
    pitfalls: union(({ pitfalls }) => pitfalls, MOST_PITFALLS),
    parameters: parametersOf(all),
    evidence: {
      ...leader.evidence,
      ...tallyOf(all, from, witnesses),
      from,
      // The attempts without it stand in each of them: they are not added up.
      ...(leader.evidence.without ? { without: leader.evidence.without } : {}),
      ...(all.some(({ evidence }) => evidence.firm) ? { firm: true } : {}),
      ...(failures.length > 0 ? { failures } : {}),
    },
    confirmed_at: latest(all.map(({ confirmed_at }) => confirmed_at)),
    ...(merged_from.length > 0 ? { merged_from: merged_from.sort() } : {}),
    ...(projects.length > 1 ? { projects } : {}),
  };
  return weigh(merged, witnesses);
}

/**
 * Runs counted over the union. A tally may count more runs than it names, and those of two may be the same: then the
 * larger count is taken, never their sum.
 */
function tallyOf(all: Strategy[], from: string[], witnesses: Witnesses): Tally & { tasks: number } {
  const known = from.flatMap((id) => witnesses.get(id) ?? []);
  const good = known.filter(({ success }) => success);
  const worked = Math.max(good.length, ...all.map(({ evidence }) => evidence.worked));
  const failed = Math.max(
    known.length - good.length,
    ...all.map(({ evidence }) => evidence.tried - evidence.worked),
  );
  const tasks = Math.max(
    new Set(good.map(({ task_key }) => task_key)).size,
    ...all.map(({ evidence }) => evidence.tasks),
  );
  return { worked, tried: worked + failed, tasks };
}

const LIKE = /^When the task is like "([\s\S]*)"$/u;

/** Routes of several tasks name a few of them; what a contrast says of its situation covers its tasks already. */
function situationOf({ kind, situation }: Strategy, others: Strategy[]): string {
  if (kind !== 'route' || !LIKE.test(situation)) return situation;
  const named = LIKE.exec(situation)?.[1]?.split('" or "') ?? [];
  for (const gist of others.flatMap((other) => LIKE.exec(other.situation)?.[1]?.split('" or "') ?? [])) {
    if (named.length >= MOST_EXAMPLES) break;
    const isNew = named.every((known) => jaccard(topics(known), topics(gist)) < SAME_GIST);
    if (isNew) named.push(gist);
  }
  return `When the task is like ${named.map((gist) => `"${gist}"`).join(' or ')}`;
}

function parametersOf(all: Strategy[]): Strategy['parameters'] {
  const byName = new Map<string, Strategy['parameters'][number]>();
  for (const parameter of all.flatMap(({ parameters }) => parameters)) {
    const known = byName.get(parameter.name);
    const values = [...new Set([...(known?.values ?? []), ...parameter.values])].slice(0, MOST_VALUES);
    byName.set(parameter.name, { ...(known ?? parameter), values });
  }
  return [...byName.values()];
}
