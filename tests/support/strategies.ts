/**
 * Strategies and uses, written by hand.
 *
 * - `strategyOf({ worked, failed, … })`  one learned from that many runs, judged by a test unless `trust` says otherwise
 * - `useOf({ task, success, … })`        one run that was shown it
 */
import { contentId } from '../../src/learners/content-id.ts';
import { type Strategy, type Use, type Used, VERDICT_TRUST } from '../../src/types.ts';

/** When everything here happened, unless it says otherwise. */
export const AT = '2026-01-31T12:00:00.000Z';

export interface StrategyFacts {
  id?: string;
  project?: string;
  kind?: Strategy['kind'];
  situation?: string;
  suggestion?: string;
  abstractable?: boolean;
  worked?: number;
  failed?: number;
  from?: string[];
  tasks?: number;
  trust?: number;
  judged?: number;
  firm?: boolean;
  without?: Strategy['evidence']['without'];
  used?: Used;
  base?: Strategy['evidence']['base'];
  withheld?: Strategy['evidence']['withheld'];
  status?: Strategy['status'];
}

export function strategyOf(facts: StrategyFacts = {}): Strategy {
  const { worked = 1, failed = 0, trust = VERDICT_TRUST.test, project = 'shop' } = facts;
  const { suggestion = 'Run `node tools/gen.mjs`.', situation = 'When a check fails' } = facts;
  const from = facts.from ?? Array.from({ length: worked + failed }, (_, i) => `traj_${project}_${i}`);
  return {
    id: facts.id ?? contentId('strat', [project, situation, suggestion]),
    at: AT,
    project,
    derived_from: from,
    trust,
    kind: facts.kind ?? 'route',
    situation,
    suggestion,
    abstractable: facts.abstractable ?? false,
    seen_at: [],
    pitfalls: [],
    parameters: [],
    evidence: {
      worked,
      tried: worked + failed,
      from,
      tasks: facts.tasks ?? Math.min(1, worked),
      judged: facts.judged ?? (trust >= VERDICT_TRUST.llm_judge ? worked : 0),
      votes: { worked: worked * trust, failed: failed * trust },
      ...(facts.without ? { without: facts.without } : {}),
      ...(facts.firm === undefined ? {} : { firm: facts.firm }),
      ...(facts.used ? { used: facts.used } : {}),
      ...(facts.base ? { base: facts.base } : {}),
      ...(facts.withheld ? { withheld: facts.withheld } : {}),
    },
    status: facts.status ?? 'candidate',
    method: 'heuristic',
  };
}

let runs = 0;

export function useOf(
  facts: {
    task?: string;
    success?: boolean | null;
    trust?: number;
    run?: string;
    at?: string;
    shown?: string;
    place?: number;
    /** Drawn, with so many held out. */
    holdout?: number;
    withheld?: true;
  } = {},
): Use {
  runs += 1;
  const { task = 't1', run = `traj_${runs}`, shown = 'strat_shown' } = facts;
  return {
    id: contentId('use', [shown, run]),
    at: facts.at ?? AT,
    project: 'shop',
    derived_from: [run],
    trust: facts.trust ?? VERDICT_TRUST.test,
    shown,
    kind: 'strategy',
    trajectory: run,
    retrieval: 'ret_1',
    task_key: task,
    success: facts.success === undefined ? true : facts.success,
    ...(facts.place ? { place: facts.place } : {}),
    ...(facts.withheld ? { withheld: true as const } : {}),
    ...(facts.holdout ? { holdout: facts.holdout } : {}),
  };
}
