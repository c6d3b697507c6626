/** What a sample task is made of: files, what was asked, what a solver may try, and the command that judges it. */

/** One tool call of the solver. `say` is its thought; where there are several wordings one is drawn. */
export type Act = { say: string | string[] } & (
  | { tool: 'Bash'; command: string }
  | { tool: 'Read'; file: string }
  | { tool: 'Edit'; file: string; from: string; to: string }
  | { tool: 'Write'; file: string; content: string }
);

export const sh = (say: string | string[], command: string): Act => ({ say, tool: 'Bash', command });
export const read = (say: string | string[], file: string): Act => ({ say, tool: 'Read', file });
export const edit = (say: string | string[], file: string, from: string, to: string): Act => ({
  say,
  tool: 'Edit',
  file,
  from,
  to,
});
export const write = (say: string | string[], file: string, content: string): Act => ({
  say,
  tool: 'Write',
  file,
  content,
});

/** A plausible move that does not help. `undo` takes it back where it stands in the way of the real remedy. */
export interface DeadEnd {
  acts: Act[];
  undo?: Act[];
}

/** A wrong way to do what was asked, and what a solver does about it once the tests complain. */
export interface Flaw {
  acts: Act[];
  mend: Act[];
}

export interface Problem {
  id: string;
  family: string;
  project: 'billing-service' | 'data-tools' | 'infra-scripts';
  domain: string;
  ask: string;
  files: Record<string, string>;
  /** Shell commands that finish the workspace before the solver sees it (not recorded). */
  setup?: string;
  /** What a careful solver looks at first. */
  look: Act[];
  /** What was asked for, done right and done wrong. */
  work: Act[];
  flaws?: Flaw[];
  /** The command by which the solver sees where it stands. */
  check: string;
  /** What the environment's quirk looks like in the output of `check`. */
  symptom: RegExp;
  deadEnds: DeadEnd[];
  /** Where the quirk is written down. */
  clue: Act[];
  /** Ways that deal with the quirk; one is drawn. */
  remedies: Act[][];
  /** The remedy only helps once the work is done (a generator that reads what the work changes). */
  remedyLast?: boolean;
  /** What a solver who knows the quirk does in place of `work`; without it, the remedy and then the work. */
  informed?: Act[];
  /** `check` passes in spite of the quirk: only who reads up beforehand gets it right. */
  silent?: boolean;
  /** Files the verifier adds before it judges, e.g. tests the solver does not see. */
  hidden?: Record<string, string>;
  /** Run after the solver has stopped; each must exit 0. Files under test/ are put back first. */
  verify: string[];
  /** How a solver sums up. */
  done: string;
  /** 0 = as usual, 1 = nobody finds it. */
  hardness?: number;
}
