/** What a workflow is worth to those who rated it: as said, and without what is their own habit. */
import type { Context } from '../../context.ts';
import { fitRaters } from '../../learners/raters.ts';
import { RATER_KINDS, type RaterKind } from '../../types.ts';
import { compositeOf, PARTS, partOf } from './composite.ts';
import { contradictory } from './disagree.ts';
import { ratingsOf, type Scope } from './read.ts';
import { type Voice, voicesOf } from './voices.ts';

/** What raters of one kind said of one workflow. */
export interface KindScore {
  raters: number;
  /** Mean of the composites as they were said, 0..1. */
  said: number;
  /** Without the raters' biases, drawn towards the mean of all by as much as so few say. */
  adjusted: number;
  /** Standard error of `adjusted`. */
  error: number;
  /** Standard deviation between raters, without their biases; null with one. */
  spread: number | null;
  /** In some part they differ more than raters do by chance. */
  contradictory: boolean;
}

export interface WorkflowScore {
  workflow: string;
  project: string;
  task_key: string;
  trajectories: string[];
  /** When something was last said of it. */
  at: string;
  /** Whose word the figures below are: people's where there are any, else judges', else agents'. */
  by: RaterKind;
  composite: number;
  adjusted: number;
  kinds: Partial<Record<RaterKind, KindScore>>;
}

/**
 * One for each workflow that somebody scored, the newest first. Kinds of raters are never mixed: an agent's opinion of its own
 * work is no person's.
 * @throws KnowhowError `unknown_workflow`, `forgotten_workflow`.
 */
export async function scoresOf(ctx: Context, scope: Scope = {}): Promise<WorkflowScore[]> {
  // A rater's habits show over everything that they rated.
  const voices = voicesOf(await ratingsOf(ctx, { project: scope.project }));
  const scores = scoresFrom(voices);
  if (scope.workflow === undefined) return scores;
  const wanted = new Set((await ratingsOf(ctx, scope)).map(keyOf));
  return scores.filter((score) => wanted.has(keyOf(score)));
}

/** The same, over voices that are there already. */
export function scoresFrom(voices: readonly Voice[]): WorkflowScore[] {
  const scored = voices.flatMap((voice) => {
    const value = compositeOf(voice.said);
    return value === undefined ? [] : [{ voice, item: keyOf(voice), rater: voice.rater, value }];
  });
  const byItem = new Map<string, WorkflowScore>();
  for (const kind of RATER_KINDS) {
    const rows = scored.filter(({ voice }) => voice.rater_kind === kind);
    const newestOf = new Map(
      [...rows].sort((a, b) => (a.voice.at < b.voice.at ? -1 : 1)).map(({ item, voice }) => [item, voice]),
    );
    for (const [item, score] of kindScores(rows)) {
      const newest = newestOf.get(item) as Voice;
      const known = byItem.get(item);
      byItem.set(item, known ? joined(known, newest, kind, score) : firstOf(newest, kind, score));
    }
  }
  return [...byItem.values()].sort((a, b) =>
    a.at === b.at ? (a.workflow < b.workflow ? -1 : 1) : a.at < b.at ? 1 : -1,
  );
}

/** Workflows said to be worth at least so much, the best first; agents' own word counts only when it is asked for. */
export async function highScoring(
  ctx: Context,
  {
    at_least = 0.8,
    limit = 20,
    ...scope
  }: Scope & { at_least?: number | undefined; limit?: number | undefined } = {},
): Promise<WorkflowScore[]> {
  return (await scoresOf(ctx, scope))
    .filter(({ by, composite }) => by !== 'agent' && composite >= at_least - 1e-9)
    .sort((a, b) => b.composite - a.composite || b.adjusted - a.adjusted)
    .slice(0, limit);
}

interface Row {
  voice: Voice;
  item: string;
  rater: string;
  value: number;
}

function kindScores(rows: readonly Row[]): Map<string, KindScore> {
  if (rows.length === 0) return new Map();
  const fit = fitRaters(rows.map(({ item, rater, value }) => ({ item, rater, value })));
  const byItem = new Map<string, { said: number[]; level: number[] }>();
  for (const { item, rater, value } of rows) {
    const group = byItem.get(item) ?? { said: [], level: [] };
    byItem.set(item, group);
    group.said.push(value);
    group.level.push(value - (fit.raters.get(rater)?.bias ?? 0));
  }
  const odd = contradicted(rows, (rater) => fit.raters.get(rater)?.bias ?? 0);
  return new Map(
    [...byItem].map(([item, { said, level }]) => {
      const fitted = fit.items.get(item);
      const score: KindScore = {
        raters: said.length,
        said: mean(said),
        adjusted: Math.min(1, Math.max(0, fitted?.value ?? mean(said))),
        error: fitted?.error ?? 0,
        spread: level.length > 1 ? deviation(level) : null,
        contradictory: odd.has(item),
      };
      return [item, score];
    }),
  );
}

/** Like is held against like: a composite of other parts than another's is no contradiction. */
function contradicted(rows: readonly Row[], biasOf: (rater: string) => number): Set<string> {
  const groups = new Map<string, { item: string; values: number[] }>();
  for (const { voice, item, rater } of rows)
    for (const part of PARTS) {
      const value = partOf(voice.said, part);
      if (value === undefined) continue;
      const key = JSON.stringify([part, item]);
      const group = groups.get(key) ?? { item, values: [] };
      groups.set(key, group);
      group.values.push(value - biasOf(rater));
    }
  const odd = contradictory(new Map([...groups].map(([key, { values }]) => [key, values])));
  return new Set([...odd].map((key) => groups.get(key)?.item ?? ''));
}

function firstOf(voice: Voice, kind: RaterKind, score: KindScore): WorkflowScore {
  const { workflow, project, task_key, trajectories, at } = voice;
  const { said: composite, adjusted } = score;
  return {
    workflow,
    project,
    task_key,
    trajectories,
    at,
    by: kind,
    composite,
    adjusted,
    kinds: { [kind]: score },
  };
}

const joined = (known: WorkflowScore, { at }: Voice, kind: RaterKind, score: KindScore): WorkflowScore => ({
  ...known,
  at: known.at < at ? at : known.at,
  kinds: { ...known.kinds, [kind]: score },
});

const keyOf = ({ project, workflow }: { project: string; workflow: string }): string =>
  JSON.stringify([project, workflow]);

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const deviation = (values: number[]): number => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
};
