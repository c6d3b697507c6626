/** One attempt at a task in a workspace of its own, judged by commands that run after the agent has stopped. */
import type { TrajectoryDraft } from '../../../src/types.ts';
import type { Problem } from '../../samples/problem.ts';
import { seededRandom } from '../../samples/random.ts';
import type { Sandbox } from '../../samples/sandbox.ts';
import { type Adviser, work } from './agent.ts';
import type { Place } from './place.ts';

export interface Trial {
  success: boolean;
  /** Failing checks. */
  retries: number;
  steps: number;
  /** Advised moves that were carried out. */
  followed: number;
  draft: TrajectoryDraft;
}

/** Carries out one attempt; equal seeds draw equal orders of what the agent thinks of itself. */
export async function attempt(
  place: Place,
  problem: Problem,
  seed: string,
  adviser: Adviser,
  patience: number,
): Promise<Trial> {
  const sandbox = await place.open(problem);
  try {
    const { steps, retries, followed } = await work(
      problem,
      sandbox,
      seededRandom(`${seed}/${problem.id}`),
      adviser,
      patience,
    );
    const outcome = await judge(problem, sandbox);
    return {
      success: outcome.success === true,
      retries,
      steps: steps.length,
      followed,
      draft: {
        task: { id: problem.id, description: problem.ask, domain: problem.domain },
        steps,
        outcome,
        project: problem.project,
        session: `${seed}/${problem.id}`,
        agent: 'naive-agent',
      },
    };
  } finally {
    await sandbox.close();
  }
}

/** Every command must exit 0. Tests are put back as they were, with those that the agent never saw. */
async function judge(problem: Problem, sandbox: Sandbox): Promise<TrajectoryDraft['outcome']> {
  const tests = Object.entries(problem.files).filter(([name]) => name.startsWith('test/'));
  await sandbox.put({ ...Object.fromEntries(tests), ...problem.hidden });
  for (const command of problem.verify) {
    const ran = await sandbox.quietly(command);
    if (ran.code === 0) continue;
    const said = (ran.stderr || ran.stdout).trim().split('\n').at(-1) ?? '';
    const error = said.slice(0, 200) || `exit code ${ran.code}`;
    return { success: false, error, verdict: { source: 'test', detail: command.slice(0, 200) } };
  }
  return { success: true, verdict: { source: 'test', detail: problem.verify.join(' && ').slice(0, 200) } };
}
