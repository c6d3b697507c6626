/** One attempt at one problem: solve it in a sandbox, then let the verifier judge what is left behind. */
import { rm } from 'node:fs/promises';
import type { TrajectoryDraft } from '../../src/types.ts';
import type { Problem } from './problem.ts';
import type { Random } from './random.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { solve } from './solver.ts';

export interface SampleRun {
  problem: Problem;
  trajectory: TrajectoryDraft;
}

export interface Place {
  /** Folder of this attempt alone; gone afterwards. */
  base: string;
  bin: string;
  neutral: (text: string) => string;
  random: Random;
}

export async function recordAttempt(problem: Problem, attempt: number, place: Place): Promise<SampleRun> {
  const sandbox = await openSandbox(place.base, place.bin, problem, place.neutral);
  try {
    const steps = await solve(problem, sandbox, place.random);
    const outcome = await judge(problem, sandbox);
    return {
      problem,
      trajectory: {
        task: { id: problem.id, description: problem.ask, domain: problem.domain },
        steps,
        outcome,
        project: problem.project,
        session: `${problem.id}-attempt-${attempt}`,
        agent: 'scripted-solver',
      },
    };
  } finally {
    await sandbox.close();
    await rm(place.base, { recursive: true, force: true });
  }
}

/** Runs every verify command. The score is the share of passed checks (of passed tests, where there is one command). */
async function judge(problem: Problem, sandbox: Sandbox): Promise<TrajectoryDraft['outcome']> {
  const tests = Object.entries(problem.files).filter(([name]) => name.startsWith('test/'));
  await sandbox.put({ ...Object.fromEntries(tests), ...problem.hidden });
  let passed = 0;
  let share: number | undefined;
  let failure: { command: string; said: string } | undefined;
  let last = '';
  for (const command of problem.verify) {
    const ran = await sandbox.quietly(command);
    last = lastLine(ran.stdout) || lastLine(ran.stderr);
    if (ran.code === 0) passed++;
    else failure ??= { command, said: complaint(ran.stderr, ran.stdout) || `exit code ${ran.code}` };
    share ??= testShare(ran.stdout);
  }
  const success = passed === problem.verify.length;
  const score = problem.verify.length === 1 && share !== undefined ? share : passed / problem.verify.length;
  const detail = failure
    ? `${failure.command}: ${failure.said}`
    : `${problem.verify.join(' && ')}: ${last || 'exit code 0'}`;
  return {
    success,
    ...(!success && score > 0 && score < 1 ? { score: Math.round(score * 100) / 100 } : {}),
    ...(failure ? { error: failure.said } : {}),
    verdict: { source: 'test', detail: detail.slice(0, 400) },
  };
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
const lastLine = (text: string) => (lines(text).at(-1) ?? '').slice(0, 200);

const NAMED =
  /^(\w*Error\b|error\b|fatal:|\w+: .*(not found|denied))|error TS\d+|\[ERR_|undefined reference|fatal error:/;

/** The line that says what is wrong: an error's own line if there is one, else the last one. */
function complaint(stderr: string, stdout: string): string {
  const all = [...lines(stdout), ...lines(stderr)];
  const named = all.find((line) => NAMED.test(line));
  return (named ?? all.at(-1) ?? '').slice(0, 200);
}

function testShare(stdout: string): number | undefined {
  const count = (what: string) =>
    Number(new RegExp(`^ℹ ${what} (\\d+)`, 'm').exec(stdout)?.[1] ?? Number.NaN);
  const share = count('pass') / count('tests');
  return Number.isNaN(share) ? undefined : share;
}
