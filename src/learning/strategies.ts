/** Findings and successful runs, told as strategies: when … do …, with what it rests on. */
import { contentId } from '../learners/content-id.ts';
import { templateOf } from '../learners/template.ts';
import { type Parameter, type Strategy, type Trajectory, VERDICT_TRUST } from '../types.ts';
import { actsOf, commandText, shorten } from './acts.ts';
import { commandsOf, isCheck, mainCommand } from './commands.ts';
import { type Attempted, type Finding, isFirm } from './contrast.ts';
import { featureKey } from './features.ts';
import { failuresOf, generalize } from './fixes.ts';

const MOST_FROM = 20;
const MOST_ACTS = 4;

// ---------------------------------------------------------------- contrast

/** Tells the findings of one project as strategies. Harmful findings at the same tasks become pitfalls. */
export function strategiesFromContrast(findings: Finding[], at: string): Strategy[] {
  const helpful = findings.filter(({ difference }) => difference > 0);
  const harmful = findings.filter(({ difference }) => difference < 0);
  // A harmful habit that goes with no better way still is worth a warning of its own.
  const alone = harmful.filter((bad) => !helpful.some((good) => shareTasks(good, bad)));
  return [
    ...helpful.flatMap((finding) => tell(finding, harmful, at) ?? []),
    ...alone.flatMap((finding) => tell(mirrored(finding), [], at, 'avoid') ?? []),
  ];
}

/** The finding seen from those who did not do it: their evidence is the evidence for leaving it. */
const mirrored = (finding: Finding): Finding => ({
  ...finding,
  difference: -finding.difference,
  z: -finding.z,
  did: finding.others,
  worked: finding.without.worked,
  others: finding.did,
  without: { worked: finding.worked, tried: finding.did.length },
  tasks: new Set(
    finding.others.filter(({ trajectory }) => trajectory.outcome.success).map(({ taskKey }) => taskKey),
  ).size,
});

function tell(
  finding: Finding,
  harmful: Finding[],
  at: string,
  mood: 'do' | 'avoid' = 'do',
): Strategy | undefined {
  const [first] = finding.did;
  if (!first) return undefined;
  const { project } = first.trajectory;
  const trigger = mood === 'do' ? triggerOf(finding) : undefined;
  const pitfalls = harmful.filter((bad) => shareTasks(finding, bad)).map(warn);
  const from = [...finding.did].sort(
    (a, b) => Number(b.trajectory.outcome.success) - Number(a.trajectory.outcome.success),
  );
  return {
    id: contentId('strat', [project, 'contrast', featureKey(finding.feature), mood]),
    at,
    project,
    derived_from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory.id),
    trust: Math.min(...finding.did.map(({ trajectory }) => trajectory.trust)),
    kind: 'contrast',
    abstractable: finding.tasks >= 2,
    situation: situationOf(finding, trigger),
    suggestion:
      mood === 'avoid' ? `Do not ${plainAct(finding)}.` : `${imperative(finding)}${beforeCheck(finding)}.`,
    seen_at: seenAt(finding.did),
    pitfalls: [...new Set(pitfalls)].slice(0, 3),
    parameters: [],
    evidence: {
      worked: finding.worked,
      tried: finding.did.length,
      from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory.id),
      without: finding.without,
      tasks: finding.tasks,
    },
    status: isFirm(finding) && isJudged(finding.did) ? 'active' : 'candidate',
    method: 'heuristic',
  };
}

/** At least two of the successes were judged by more than the agent's own word. */
const isJudged = (attempts: Attempted[]): boolean =>
  attempts.filter(
    ({ trajectory }) => trajectory.outcome.success && trajectory.trust >= VERDICT_TRUST.llm_judge,
  ).length >= 2;

const shareTasks = (a: Finding, b: Finding) => {
  const tasks = new Set(a.did.map(({ taskKey }) => taskKey));
  return b.did.some(({ taskKey }) => tasks.has(taskKey));
};

function plainAct({ feature: { kind, act, than } }: Finding): string {
  return {
    ran: `run ${act}`,
    used: `call ${act}`,
    read: `read ${act}`,
    edited: `change ${act}`,
    before: `do ${act} before ${than}`,
  }[kind];
}

function imperative(finding: Finding): string {
  const plain = plainAct(finding);
  const phrase = finding.feature.kind === 'read' ? `${plain} before changing anything` : plain;
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

const DID = { ran: 'ran', used: 'called', read: 'read', edited: 'changed', before: 'did' };

const warn = (bad: Finding): string => {
  const { kind, act, than } = bad.feature;
  const did = `${DID[kind]} ${act}${kind === 'before' ? ` before ${than}` : ''}`;
  return `Runs that ${did} ended well ${bad.worked} of ${bad.did.length}; those that did not ${bad.without.worked} of ${bad.without.tried}.`;
};

/** The check that those who did it ran next, when most ran the same. */
function beforeCheck({ feature, did }: Finding): string {
  if (feature.kind !== 'ran') return '';
  const next = did.flatMap(({ trajectory, features }) => {
    const start = features.get(featureKey(feature))?.step ?? 0;
    for (const step of trajectory.steps.slice(start + 1, start + 5)) {
      const check = commandsOf(step).find((command) => isCheck(command) && command.joint !== '|');
      if (check && commandText(check) !== feature.act) return [`\`${shorten(check.text, 60)}\``];
    }
    return [];
  });
  const [most, count] = mostFrequent(next);
  return most !== undefined && count >= 0.6 * did.length ? `, then ${most}` : '';
}

/** The error that those who did it had met before, or else the one that those who did not were left with. */
function triggerOf({ feature, did }: Finding): string | undefined {
  const met = did.flatMap(({ trajectory, features }) => {
    const end = features.get(featureKey(feature))?.step ?? 0;
    const messages = failuresOf(trajectory.steps.slice(0, end)).flatMap(
      (failure) => failure?.messages.slice(0, 1) ?? [],
    );
    return [...new Set(messages.map((message) => templateOf(message).template))];
  });
  const [template, count] = mostFrequent(met);
  return template !== undefined && count >= 2 && count >= 0.5 * did.length ? template : undefined;
}

function situationOf({ did, feature, tasks }: Finding, trigger: string | undefined): string {
  const domains = [...new Set(did.flatMap(({ trajectory }) => trajectory.task.domain ?? []))];
  const where = domains.length === 1 ? `In ${domains[0]} work` : '';
  const once = trigger ? `once \`${shorten(trigger, 160)}\` appears` : '';
  // Seen at several tasks after one error, that error is the plainest sign there is.
  if (once && feature.kind === 'ran' && tasks >= 3)
    return where === '' ? once.replace('once', 'Once') : `${where}, ${once}`;
  const examples = [...new Set(did.map(({ trajectory }) => shorten(gist(trajectory.task.description), 100)))]
    .sort((a, b) => a.length - b.length)
    .slice(0, 2)
    .map((example) => `"${example}"`)
    .join(' or ');
  const like = where === '' ? `When a task is like ${examples}` : `${where} such as ${examples}`;
  if (once) return `${like}, ${once}`;
  return feature.kind === 'before' ? `${like}, before ${feature.than}` : like;
}

// ---------------------------------------------------------------- route

/**
 * What worked at one task: the acts of its shortest well-judged success, literals of the task as parameters. One
 * strategy a task; undefined without a success that can be told in acts.
 */
export function routeOf(attempts: Attempted[], at: string): Strategy | undefined {
  const successes = attempts
    .filter(({ trajectory }) => trajectory.outcome.success === true)
    .map((attempt) => ({ attempt, acts: routeActs(attempt.trajectory) }))
    .filter(({ acts }) => acts.length > 0)
    .sort(
      (a, b) =>
        b.attempt.trajectory.trust - a.attempt.trajectory.trust ||
        a.acts.length - b.acts.length ||
        (a.attempt.trajectory.id < b.attempt.trajectory.id ? -1 : 1),
    );
  const best = successes[0];
  if (!best) return undefined;
  const { trajectory, taskKey } = best.attempt;
  const values = literalsOf(trajectory.task.description);
  const acts = best.acts.slice(-MOST_ACTS);
  // Looking things up, or running what the task asked for, is no way to get there.
  if (acts.every((act) => LOOKUP.test(act))) return undefined;
  if (acts.every((act) => /^`[\w.]+ \{file(?:_\d+)?\}`$/u.test(generalize(act, values)))) return undefined;
  const same = attempts.filter((attempt) => {
    const theirs = new Set(routeActs(attempt.trajectory));
    return attempt.trajectory.outcome.success !== null && acts.every((act) => theirs.has(act));
  });
  const worked = same.filter((attempt) => attempt.trajectory.outcome.success).length;
  const told = parameterize(
    `When the task is like "${shorten(gist(trajectory.task.description), 220)}"`,
    `What worked: ${acts.map((act, i) => (i === 0 ? act : `then ${act}`)).join(', ')}.`,
    values,
  );
  return {
    id: contentId('strat', [trajectory.project, 'route', taskKey]),
    at,
    project: trajectory.project,
    derived_from: same.slice(0, MOST_FROM).map((attempt) => attempt.trajectory.id),
    trust: Math.min(...same.map((attempt) => attempt.trajectory.trust)),
    kind: 'route',
    abstractable: false,
    situation: told.situation,
    suggestion: told.suggestion,
    seen_at: [shorten(gist(trajectory.task.description), 300)],
    pitfalls: deadEnds(attempts),
    parameters: told.parameters,
    evidence: {
      worked,
      tried: same.length,
      from: same.slice(0, MOST_FROM).map((attempt) => attempt.trajectory.id),
      tasks: 1,
    },
    // Two judged episodes that took the same way are more than luck; an agent's own claim is not evidence enough.
    status: worked >= 2 && isJudged(same) ? 'active' : 'candidate',
    method: 'heuristic',
  };
}

/** The changing acts of a run that did not fail, in order, without repetition. */
function routeActs(trajectory: Trajectory): string[] {
  const failures = failuresOf(trajectory.steps);
  const written = new Map();
  const acts: string[] = [];
  for (const [i, step] of trajectory.steps.entries()) {
    if (failures[i]) continue;
    const own = actsOf(step, written);
    if (own.length > 0) acts.push(...own);
    else if (isCall(step) && !IDLE.test(step.tool ?? '')) acts.push(`\`${step.tool}\``);
  }
  return [...new Set(acts)];
}

const LOOKUP = /^`(?:get|list|find|search|read|fetch|look|query|show|view)_?\w*`$/iu;
const IDLE = /^(?:todo|think|calculate|task|bash_?output|exit)/iu;

const isCall = (step: Trajectory['steps'][number]): boolean => {
  const command = mainCommand(step);
  return step.tool !== undefined && command?.name === step.tool && command.text.startsWith(`${step.tool}(`);
};

/** Errors that failed attempts were left with and no success ever met. */
function deadEnds(attempts: Attempted[]): string[] {
  const errors = (success: boolean) =>
    attempts
      .filter(({ trajectory }) => trajectory.outcome.success === success)
      .map(
        ({ trajectory }) =>
          new Set(
            failuresOf(trajectory.steps).flatMap(
              (failure) => failure?.messages.slice(0, 1).map((m) => templateOf(m).template) ?? [],
            ),
          ),
      );
  const good = new Set(errors(true).flatMap((set) => [...set]));
  const bad = errors(false)
    .flatMap((set) => [...set])
    .filter((template) => !good.has(template));
  const [most, count] = mostFrequent(bad);
  return most !== undefined && count >= 2
    ? [`${count} failed attempts were stuck at \`${shorten(most, 140)}\`.`]
    : [];
}

/** Files, quoted words and numbers that the task names: one task's literals. */
function literalsOf(description: string): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (name: string, value: string) => {
    if (Object.values(values).includes(value)) return;
    let free = name;
    for (let i = 2; free in values; i += 1) free = `${name}_${i}`;
    values[free] = value;
  };
  for (const [, quoted] of description.matchAll(/["'`]([^"'`\n]{2,60})["'`]/gu))
    if (quoted) add(/[./]/u.test(quoted) ? 'file' : 'name', quoted);
  for (const [path] of description.matchAll(
    /(?<![\w/.])(?:\/|\.{1,2}\/)?[\w-]+(?:\/[\w.-]+)+|(?<![\w/.])[\w-]+\.[a-z]{1,5}\b(?!\()/gu,
  ))
    add('file', path);
  return values;
}

/** Turns the task's literals into parameters where the suggestion uses them, numbered in order of use. */
function parameterize(situation: string, suggestion: string, values: Record<string, string>) {
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

// ---------------------------------------------------------------- shared

/** The first sentences of a task, enough of them to say what it is about ("Hi!" is not). */
export function gist(text: string): string {
  let said = '';
  for (const sentence of text.trim().split(/(?<=[.!?:])\s+|\n+/u)) {
    said = `${said} ${sentence}`.trim();
    if (said.length >= 50) break;
  }
  return said;
}

const MOST_SEEN = 10;

const seenAt = (attempts: Attempted[]): string[] =>
  [...new Set(attempts.map(({ trajectory }) => shorten(gist(trajectory.task.description), 300)))].slice(
    0,
    MOST_SEEN,
  );

function mostFrequent(items: string[]): [item: string | undefined, count: number] {
  let best: string | undefined;
  let most = 0;
  for (const [item, same] of Map.groupBy(items, (each) => each)) {
    if (same.length > most) [best, most] = [item, same.length];
  }
  return [best, most];
}
