/** Findings of contrast, told as strategies: when … do …, with what it rests on. */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import { leastTrust } from '../../learners/trust.ts';
import type { Parameter, Strategy } from '../../types.ts';
import { shorten } from '../acts/acts.ts';
import { featureKey } from '../acts/features.ts';
import { guardStrategy } from '../guard.ts';
import { type Finding, isFirm } from './contrast.ts';
import { examplesOf, isJudged, MOST_FROM, mostFrequent, seenAt } from './telling.ts';

/** A habit is warned of when runs with it did worse by more than chance would often bring. */
const LEAST_WARNING = -1.64;

/** Tells the findings of one project as strategies. Harmful findings at the same tasks become pitfalls. */
export function strategiesFromContrast(findings: Finding[], at: string): Strategy[] {
  const helpful = findings.filter(({ difference }) => difference > 0);
  // To have looked in a place is no mistake, whatever came of it.
  const harmful = findings.filter(({ difference, feature }) => difference < 0 && !GOING.test(feature.act));
  // A harmful habit that goes with no better way still is worth a warning of its own.
  const alone = harmful.filter(
    (bad) => bad.z <= LEAST_WARNING && !helpful.some((good) => shareTasks(good, bad)),
  );
  return [
    ...helpful.flatMap((finding) => tell(finding, harmful, at) ?? []),
    ...alone.flatMap((finding) => tell(mirrored(finding), [], at, 'avoid') ?? []),
  ];
}

const MOST_WARNINGS = 2;
const GOING = /^`(?:go|walk|move|open|close)\b/u;

/** Where most of the tasks at which it was done are those at which the other was compared. */
function sharesMost(finding: Finding, bad: Finding): boolean {
  const theirs = new Set([...bad.did, ...bad.others].map(({ task_key }) => task_key));
  const mine = [...new Set(finding.did.map(({ task_key }) => task_key))];
  return 2 * mine.filter((task) => theirs.has(task)).length > mine.length && shareTasks(finding, bad);
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
  tasks: new Set(finding.others.filter(({ success }) => success).map(({ task_key }) => task_key)).size,
});

function tell(
  found: Finding,
  harmful: Finding[],
  at: string,
  mood: 'do' | 'avoid' = 'do',
): Strategy | undefined {
  const trigger = mood === 'do' ? triggerOf(found) : undefined;
  const parameter = PARAMETER.exec(found.feature.act)?.[0];
  // What the sign to act by names, the act names the same way.
  const finding = parameter && trigger?.includes(parameter) ? found : withTellingLiteral(found);
  const [first] = finding.did;
  if (!first) return undefined;
  const { project } = first;
  const warnings = harmful
    .filter((bad) => bad.z <= LEAST_WARNING && sharesMost(finding, bad))
    .slice(0, MOST_WARNINGS);
  const from = [...finding.did].sort((a, b) => Number(b.success) - Number(a.success));
  return guardStrategy({
    id: contentId('strat', [project, 'contrast', featureKey(found.feature), mood]),
    at,
    project,
    derived_from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
    trust: leastTrust(runsBehind([finding, ...warnings])),
    kind: 'contrast',
    abstractable: finding.tasks >= 2,
    situation: situationOf({ ...finding, did: from }, trigger),
    suggestion:
      mood === 'avoid' ? `Do not ${plainAct(finding)}.` : `${imperative(finding)}${beforeCheck(finding)}.`,
    seen_at: seenAt(from),
    pitfalls: [...new Set(warnings.map(warn))],
    parameters: parametersOf(finding),
    evidence: {
      worked: finding.worked,
      tried: finding.did.length,
      from: from.slice(0, MOST_FROM).map(({ trajectory }) => trajectory),
      without: finding.without,
      tasks: finding.tasks,
    },
    status: isFirm(finding) && isJudged(finding.did) ? 'active' : 'candidate',
    method: 'heuristic',
  });
}

/** Every run that is counted: those that did it, and those that they are compared with. */
const runsBehind = (findings: Finding[]) => findings.flatMap(({ did, others }) => [...did, ...others]);

const MOST_VALUES = 10;
const PARAMETER = /\{(\w+)\}/u;

/** What the act's {parameter} stood for at the tasks where it was done. */
function parametersOf({ feature, did }: Finding): Parameter[] {
  const name = PARAMETER.exec(feature.act)?.[1];
  const values = name ? literalsOf(feature, did) : [];
  return name && values.length > 0 ? [{ name, values: values.slice(0, MOST_VALUES) }] : [];
}

const literalsOf = (feature: Finding['feature'], did: Finding['did']): string[] =>
  [...new Set(did.flatMap(({ features }) => features.get(featureKey(feature))?.literal ?? []))].sort();

/** What stood for the parameter at every one of several tasks is no literal of a task: it is told as it is. */
function withTellingLiteral(finding: Finding): Finding {
  const { feature, did } = finding;
  const [only, ...more] = literalsOf(feature, did);
  if (only === undefined || more.length > 0 || new Set(did.map(({ task_key }) => task_key)).size < 2)
    return finding;
  const act = feature.act.replace(PARAMETER, () => only);
  const key = featureKey(feature);
  // Under its new name it is still found where it was done.
  const renamed = { ...feature, act };
  return {
    ...finding,
    feature: renamed,
    did: did.map((attempt) => {
      const done = attempt.features.get(key);
      return done ? { ...attempt, features: new Map([[featureKey(renamed), { ...done, act }]]) } : attempt;
    }),
  };
}

const shareTasks = (a: Finding, b: Finding) => {
  const tasks = new Set(a.did.map(({ task_key }) => task_key));
  return b.did.some(({ task_key }) => tasks.has(task_key));
};

function plainAct({ feature: { kind, act, than } }: Finding): string {
  return {
    ran: `run ${act}`,
    used: `call ${act}`,
    read: `read ${act}`,
    edited: `change ${act}`,
    did: `do ${act}`,
    wrote: `use ${act}`,
    before: `do ${act} before ${than}`,
  }[kind];
}

function imperative(finding: Finding): string {
  const plain = plainAct(finding);
  const phrase = finding.feature.kind === 'read' ? `${plain} before changing anything` : plain;
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}

const DID = {
  ran: 'ran',
  used: 'called',
  read: 'read',
  edited: 'changed',
  did: 'did',
  wrote: 'used',
  before: 'did',
};

const warn = (bad: Finding): string => {
  const { kind, act, than } = bad.feature;
  const did = `${DID[kind]} ${act}${kind === 'before' ? ` before ${than}` : ''}`;
  return `Runs that ${did} ended well ${bad.worked} of ${bad.did.length}; those that did not ${bad.without.worked} of ${bad.without.tried}.`;
};

/** The check that those who did it ran next, when most ran the same. */
function beforeCheck({ feature, did }: Finding): string {
  if (feature.kind !== 'ran') return '';
  const next = did.flatMap(({ features, checks }) => {
    const start = features.get(featureKey(feature))?.step ?? 0;
    const check = checks.find(
      ({ step, text }) => step > start && step < start + 5 && `\`${text}\`` !== feature.act,
    );
    return check ? [`\`${shorten(check.text, 60)}\``] : [];
  });
  const [most, count] = mostFrequent(next);
  return most !== undefined && count >= 0.6 * did.length ? `, then ${most}` : '';
}

/** The error that those who did it had met before, or else the one that those who did not were left with. */
function triggerOf({ feature, did }: Finding): string | undefined {
  const before = did.flatMap(({ features, met }) => {
    const end = features.get(featureKey(feature))?.step ?? 0;
    return met.filter(({ step }) => step < end).map(({ template }) => template);
  });
  const [template, count] = mostFrequent(before);
  if (template === undefined || count < 2 || count < 0.5 * did.length) return undefined;
  return isInstructionLike(template) ? undefined : template;
}

function situationOf({ did, feature, tasks }: Finding, trigger: string | undefined): string {
  const domains = [...new Set(did.flatMap((attempt) => attempt.domain ?? []))];
  const [domain = ''] = domains;
  const where = domains.length === 1 && !isInstructionLike(domain) ? `In ${shorten(domain, 60)} work` : '';
  const once = trigger ? `once \`${shorten(trigger, 160)}\` appears` : '';
  // Seen at several tasks after one error, that error is the plainest sign there is.
  if (once && feature.kind === 'ran' && tasks >= 3)
    return where === '' ? once.replace('once', 'Once') : `${where}, ${once}`;
  const examples = examplesOf(did)
    .map((example) => `"${example}"`)
    .join(' or ');
  const like = where === '' ? `When a task is like ${examples}` : `${where} such as ${examples}`;
  if (once) return `${like}, ${once}`;
  return feature.kind === 'before' ? `${like}, before ${feature.than}` : like;
}
