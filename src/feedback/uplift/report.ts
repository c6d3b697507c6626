/** Does it help? One record that answers, from the memory, for everything and for each project. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import { type Checks, checks } from './checks.ts';
import { type Figures, figuresOf, NO_UPLIFT, neededFor } from './figures-of.ts';
import { type Asked, type Counts, type Exposed, gather } from './gather.ts';
import { type Matched, type MatchRun, matchedEffect } from './matched.ts';
import { overTime, type Span } from './over-time.ts';
import { readAsked, readExposures } from './read.ts';
import { readMatchRuns } from './read-matched.ts';
import { byShare } from './strata.ts';
import type { Unit } from './unit.ts';
import { warningsOf } from './warnings.ts';
import { wordsOf } from './words.ts';

/** What is said of one project, or of all. */
export interface HelpAnswer extends Figures {
  /** The answer in plain sentences, the most important first. */
  words: string[];
  /** What speaks against trusting the comparison. */
  warnings: string[];
  checks: Checks;
  /** The estimate of method `matched`, wherever there is no hold-out to compare with. */
  matched: Matched | null;
  /** The same from the runs of which only their agent says how they ended. */
  claims: Figures;
  counts: Counts;
  over_time: Span[];
}

export interface HelpReport extends HelpAnswer {
  /** When it was made. */
  at: string;
  /** Runs before this are left out. */
  since: string | null;
  /** The one project it is about; null: all. */
  project: string | null;
  /** Those with the most runs. */
  projects: Record<string, HelpAnswer>;
  projects_left_out: number;
}

export interface HelpOptions {
  project?: string | undefined;
  /** ISO 8601: runs that ended before are left out. */
  since?: string | undefined;
  /** Default: the context's. */
  now?: Date | undefined;
}

const MOST_PROJECTS = 20;
/** Draws the bootstrap: any number does, as long as it is always the same. */
const SEED = 20_260_101;
/** A share that gives an answer soon, where none is set. */
const SUGGESTED = 0.2;
/** What was asked within this time may still be worked on. */
const SETTLES_IN_MS = 24 * 3_600_000;

/**
 * Whether being shown what is known helps. Counted are tasks whose runs were judged by a test, an exit code, a person or a judging
 * model; what agents say of themselves stands apart in `claims`. The same memory at the same time gives the same report.
 * @throws KnowhowError `bad_argument` when `since` is no time.
 */
export async function helpReport(ctx: Context, options: HelpOptions = {}): Promise<HelpReport> {
  const { project, now = ctx.now() } = options;
  const since = options.since === undefined ? undefined : timeOf(options.since);
  const rows = await readExposures(ctx, project);
  // Every retrieval is read for this: only where some task was ever drawn.
  const isDrawn = ctx.config.holdout > 0 || rows.some(({ arm }) => arm !== undefined);
  const asked = isDrawn ? await readAsked(ctx, project) : [];
  const runs = await readMatchRuns(ctx, withoutTrial(rows, asked, since), since);
  const settled = new Date(now.getTime() - SETTLES_IN_MS).toISOString();
  const answer = (rows: Exposed[], asked: Asked[], runs: MatchRun[]) =>
    answerOf({ rows, asked, runs, since: since ?? '', settled, holdout: ctx.config.holdout });
  const names = [...Map.groupBy(rows, (row) => row.project)]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .map(([name]) => name);
  const all = answer(rows, asked, runs);
  const told = names.slice(0, MOST_PROJECTS).map((name): [string, HelpAnswer] => {
    // What is said of the only project is what is said of all.
    if (names.length === 1 && asked.every((one) => one.project === name)) return [name, all];
    const own = <T extends { project: string }>(of: T[]) => of.filter((one) => one.project === name);
    return [name, answer(own(rows), own(asked), own(runs))];
  });
  return {
    at: now.toISOString(),
    since: since ?? null,
    project: project ?? null,
    ...all,
    projects: Object.fromEntries(told),
    projects_left_out: Math.max(0, names.length - MOST_PROJECTS),
  };
}

/** Exposures of projects that have no two arms to compare: there like is compared with like. */
function withoutTrial(rows: Exposed[], asked: Asked[], since: string | undefined): Exposed[] {
  const questions = Map.groupBy(asked, ({ project }) => project);
  return [...Map.groupBy(rows, ({ project }) => project)]
    .filter(([name, own]) => byShare(gather(own, questions.get(name), since).units).strata.length === 0)
    .flatMap(([, own]) => own);
}

/** As stored times are written, so that they compare as text. */
function timeOf(since: string): string {
  const time = /^\d{4}-\d\d-\d\d/u.test(since) ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(time))
    throw callerError('bad_argument', '`since` is no time.', 'Give an ISO 8601 date, e.g. 2026-01-31.');
  return new Date(time).toISOString();
}

interface Material {
  rows: Exposed[];
  asked: Asked[];
  runs: MatchRun[];
  since: string;
  settled: string;
  /** The share that is held out now. */
  holdout: number;
}

function answerOf({ rows, asked, runs, since, settled, holdout }: Material): HelpAnswer {
  const { units, claims, drawn, counts } = gather(rows, asked, since, settled);
  const share = holdout || latestShare(units) || SUGGESTED;
  const tested = figuresOf(units, share, SEED);
  const matched = tested.method === 'none' ? (matchedEffect(runs) ?? null) : null;
  const figures = matched ? matchedFigures(tested, matched, share) : tested;
  const checked = checks(units, drawn);
  const warnings = warningsOf(checked);
  // A comparison that is not fair has no verdict, whatever its figures.
  const verdict = warnings.length > 0 ? 'cannot tell yet' : figures.verdict;
  const told = { ...figures, verdict, matched, claims: figuresOf(claims, share, SEED), counts };
  return {
    ...told,
    words: wordsOf(told, units, holdout, warnings.length > 0),
    warnings,
    checks: checked,
    over_time: overTime(units),
  };
}

/** The share under which the newest task was drawn; 0 without any. */
function latestShare(units: Unit[]): number {
  const began = ({ runs }: Unit) => runs[0]?.at ?? '';
  return units.toSorted((a, b) => (began(a) < began(b) ? -1 : 1)).at(-1)?.holdout ?? 0;
}

/** No experiment: whatever it gives, it tells nothing for certain. */
function matchedFigures(figures: Figures, matched: Matched, share: number): Figures {
  const { with: shown, without, difference, interval } = matched;
  return {
    ...figures,
    method: 'matched',
    verdict: 'cannot tell yet',
    tasks: shown.tasks + without.tasks - matched.same_task,
    runs: shown.runs + without.runs,
    uplift: {
      ...NO_UPLIFT,
      with: shown.rate,
      without: without.rate,
      difference,
      interval,
      sides: { with: shown, without },
    },
    needed: neededFor(undefined, share, without),
  };
}
