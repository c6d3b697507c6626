/**
 * The scripted solver: a seeded policy over a problem's repertoire of moves. What it does next depends on what
 * really came back, and how good it is differs from attempt to attempt.
 */
import type { Act, DeadEnd, Flaw, Problem } from './problem.ts';
import type { Random } from './random.ts';
import type { SampleStep, Sandbox } from './sandbox.ts';

interface Traits {
  /** How likely the better move is taken, 0..1. */
  skill: number;
  /** Knows the environment from an earlier session. */
  knows: boolean;
  /** Claims to be done without running the check. */
  careless: boolean;
  /** How many repairs before giving up. */
  patience: number;
}

/** Works on `problem` in `sandbox` until it believes it is done or gives up. Answers what it did. */
export async function solve(problem: Problem, sandbox: Sandbox, random: Random): Promise<SampleStep[]> {
  const steps: SampleStep[] = [];
  const traits = drawTraits(problem, random);
  const draw = <T>(from: readonly T[]): T[] => {
    const one = random.pick(from);
    return one === undefined ? [] : [one];
  };
  /** Carries acts out, one step each; answers those that failed. */
  const perform = async (acts: readonly Act[]) => {
    const failed: Act[] = [];
    for (const act of acts) {
      const say = typeof act.say === 'string' ? act.say : (random.pick(act.say) ?? '');
      const step = await sandbox.act(act, say);
      steps.push(step);
      if (step.error !== undefined) failed.push(act);
    }
    return failed;
  };
  const look = async () => {
    const most = Math.min(problem.look.length, 1 + Math.round(traits.skill * 2));
    await perform(problem.look.slice(0, random.int(0, most)));
  };
  const check = async (say: string) => {
    await perform([{ say, tool: 'Bash', command: problem.check }]);
    return steps.at(-1) as SampleStep;
  };
  let owed: Act[] = [];
  const remedy = async () => {
    for (const acts of draw(problem.remedies)) await perform(acts);
    // What failed because of the quirk is done again.
    if (owed.length > 0) owed = await perform(owed);
  };

  await look();
  const readsUp =
    problem.silent === true && random.chance(0.15 + 0.7 * traits.skill - (problem.hardness ?? 0));
  if (readsUp) {
    await perform(problem.clue);
    traits.knows = true;
  }
  const informed = traits.knows ? problem.informed : undefined;
  const early = !informed && traits.knows && (!problem.remedyLast || random.chance(1 - traits.skill));
  if (early) await remedy();
  else if (!problem.informed && !problem.silent && random.chance(0.3))
    await check('Run the check once to see where things stand.');

  let flaw = random.chance(0.55 + 0.4 * traits.skill) ? undefined : random.pick(problem.flaws ?? []);
  if (informed) {
    flaw = undefined;
    await perform(informed);
  } else owed = await perform((flaw ?? { acts: problem.work }).acts);
  if (traits.knows && !early && !informed) await remedy();
  if (traits.careless) return [...steps, claim(problem.done)];

  const tried: DeadEnd[] = [];
  let saw = await check(random.pick(FIRST) ?? '');
  for (let round = 0; !passed(saw, problem); round++) {
    if (round >= traits.patience) {
      return [...steps, random.chance(0.3) ? claim(problem.done) : giveUp(saw)];
    }
    const quirk = problem.symptom.test(saw.observation ?? '');
    if (quirk && random.chance(0.05 + 0.6 * traits.skill + 0.1 * round - (problem.hardness ?? 0))) {
      if (random.chance(0.75)) await perform(problem.clue);
      for (const end of tried) await perform(end.undo ?? []);
      tried.length = 0;
      await remedy();
    } else if (quirk) {
      const fresh = problem.deadEnds.filter((end) => !tried.includes(end));
      const end =
        random.pick(random.chance(0.15) ? problem.deadEnds : fresh) ?? random.pick(problem.deadEnds);
      if (end) {
        await perform(end.acts);
        tried.push(end);
      }
    } else if (flaw && random.chance(0.2 + 0.7 * traits.skill)) {
      await perform(flaw.mend);
      flaw = undefined;
    } else if (flaw) {
      await perform(puzzled(flaw, problem));
    } else {
      // The work is right, so something tried on the way is in the way: take it back, look again, start over.
      for (const end of tried) await perform(end.undo ?? []);
      if (tried.length === 0) await perform(problem.clue);
      tried.length = 0;
      if (random.chance(traits.skill - (problem.hardness ?? 0))) await remedy();
    }
    saw = await check(random.pick(AGAIN) ?? '');
  }
  return [...steps, claim(problem.done)];
}

function drawTraits(problem: Problem, random: Random): Traits {
  const skill = Math.max(0, 0.9 * random.next() - (problem.hardness ?? 0) / 2);
  return {
    skill,
    knows: !problem.hardness && random.chance(0.05 + 0.25 * skill),
    careless: random.chance(0.12 - 0.1 * skill),
    patience: 1 + Math.round(skill * 3) + random.int(0, 1),
  };
}

const FIRST = ['Check it.', 'Run the check.', 'Let me verify.', 'See whether that holds.'];
const AGAIN = ['Try the same check again.', 'Again.', 'Rerun the check.', 'Did that help?'];

function passed(saw: SampleStep, problem: Problem): boolean {
  return saw.exit_code === 0 && !problem.symptom.test(saw.observation ?? '');
}

const puzzled = (flaw: Flaw, problem: Problem): Act[] => {
  const touched = flaw.acts.findLast((act) => act.tool === 'Edit' || act.tool === 'Write');
  if (touched && 'file' in touched) {
    return [
      { say: 'The output is not what I expected; read my change again.', tool: 'Read', file: touched.file },
    ];
  }
  return problem.look.slice(-1);
};

/** The closing message. It is no tool call and nothing comes back. */
const claim = (done: string): SampleStep => ({ action: `Done: ${done}` });

const giveUp = (saw: SampleStep): SampleStep => {
  const why = (saw.error ?? saw.observation ?? '')
    .split('\n')
    .find(
      (line) => /error|failed|fatal|not found|denied|refused|No such/i.test(line) && !line.startsWith('ℹ'),
    );
  return { action: `Stopping here, the check still fails${why ? `: ${why.trim().slice(0, 160)}` : '.'}` };
};
