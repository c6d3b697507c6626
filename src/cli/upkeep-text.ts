/** What the commands of upkeep answer, in words. */
import { shorten as short } from '../learning/acts/acts.ts';
import type { ForgetReport } from '../upkeep/forget.ts';
import type { Ancestry, Relative } from '../upkeep/lineage.ts';
import type { ChainedRun, FoundBy, RetryChain } from '../upkeep/retries.ts';
import type { Effect, Lesson, Saying, SessionDiff } from '../upkeep/session-diff.ts';
import type { UndoReport } from '../upkeep/undo.ts';
import { plural } from './frame.ts';

const HEADINGS: Record<Effect, string> = {
  new: 'New: known from this alone',
  changed: 'Says something else now',
  stronger: 'More certain now',
  weaker: 'Less certain now',
  dropped: 'No longer said, because of this',
  seen_again: 'Met again, nothing new in it',
};
const MOST_SHOWN = 12;
const KIND = { strategy: 'strategy', error_pattern: 'error', concept: 'code' };

export function diffText({ runs, waiting, lessons }: SessionDiff): string {
  if (runs.length === 0) return 'No run fits.';
  const told = runs.slice(0, MOST_SHOWN).map(({ id, project, task, success, judged_by, steps }) => {
    const ended = success === null ? 'ended nobody knows how' : success ? 'succeeded' : 'failed';
    return `  ${id}  ${project}: ${short(task, 80)} (${plural(steps, 'step')}, ${ended}, says ${judged_by})`;
  });
  const groups = Object.entries(HEADINGS).flatMap(([effect, heading]) => {
    const same = lessons.filter((lesson) => lesson.effect === effect);
    if (same.length === 0) return [];
    const shown = same.slice(0, MOST_SHOWN).map(lessonText);
    return ['', `${heading} (${same.length})`, ...shown, ...more(same.length)];
  });
  return [
    plural(runs.length, 'run'),
    ...told,
    ...more(runs.length),
    ...(waiting > 0
      ? [
          '',
          `${plural(waiting, 'run')} of these wait for a batch: this is what it will bring (\`knowhow learn\`).`,
        ]
      : []),
    ...(lessons.length === 0
      ? ['', 'It taught nothing: no error, no way and no code that says more than before.']
      : groups),
  ].join('\n');
}

const more = (count: number): string[] =>
  count > MOST_SHOWN ? [`  … and ${count - MOST_SHOWN} more; --json has them all`] : [];

function lessonText({ kind, when, effect, with: after, without: before, id }: Lesson): string {
  const saying = after ?? before;
  const lines = [`  ${KIND[kind]}: ${short(when, 200)}`];
  if (effect === 'changed') {
    lines.push(`      now:    ${advice(after)}`, `      before: ${advice(before)}`);
  } else if (saying && saying.says !== '') lines.push(`      ${advice(saying)}`);
  else if (kind === 'error_pattern') lines.push('      no fix is known yet');
  const [now, then] = [after && counts(after), before && counts(before)];
  if (now && then && now !== then) lines.push(`      ${now}; without: ${then}`);
  else if (now ?? then) lines.push(`      ${effect === 'dropped' ? 'it ' : ''}${now ?? then}`);
  lines.push(`      ${id}`);
  return lines.join('\n');
}

const advice = (saying: Saying | null): string =>
  saying && saying.says !== '' ? short(saying.says, 260) : '(no fix)';

function counts({ worked, tried, tasks, otherwise, status, met }: Saying): string {
  const parts = [
    ...(met === undefined ? [] : [`met ${plural(met, 'time')}`]),
    ...(tried > 0 ? [`worked ${worked} of ${tried}`] : []),
    ...(otherwise && otherwise.tried > 0 ? [`otherwise ${otherwise.worked} of ${otherwise.tried}`] : []),
    ...(tasks > 1 ? [`at ${plural(tasks, 'task')}`] : []),
    ...(status === undefined ? [] : [status]),
  ];
  return parts.join(', ');
}

export function forgetText(report: ForgetReport): string {
  return [
    ...(report.completed > 0
      ? [`Completed first: ${plural(report.completed, 'forget')} that had been killed.`]
      : []),
    ...changes(report, 'forgotten'),
    ...held(report),
    ...(report.dry_run
      ? ['Nothing was changed; --yes forgets for good. Transcripts outside the store stay where they are.']
      : [
          'Gone from the disk. An import of the same transcripts leaves them out; `import --again` brings them back.',
        ]),
  ].join('\n');
}

/** What forgetting leaves in the files of datasets, and how that goes. */
function held({ datasets: { versions, unread } = { versions: [], unread: [] } }: ForgetReport): string[] {
  const names = [...new Set(versions.map((version) => version.split('@')[0]))];
  return [
    ...(versions.length > 0
      ? [
          `Files of ${versions.join(', ')} hold text of these runs, though nothing tells what is forgotten. A version without them: ${names.map((name) => `knowhow datasets build ${name}`).join('; ')}. Then, off the disk: ${versions.map((version) => `knowhow datasets remove ${version} --yes`).join('; ')}`,
        ]
      : []),
    ...unread.map(({ dataset, code }) =>
      dataset === 'all'
        ? `Whether datasets hold text of these runs is not known: their place cannot be read (${code}).`
        : `Whether ${dataset} holds text of these runs is not known: it cannot be read (${code}).`,
    ),
  ];
}

export function undoText(report: UndoReport): string {
  return [
    `${plural(report.runs.length, 'run')} ${report.dry_run ? 'would be put' : 'put'} to rest.`,
    ...changes(report, 'taken back'),
    report.dry_run
      ? 'Nothing was changed; --yes does it.'
      : '`knowhow undo --redo` with the same choice wakes them.',
  ].join('\n');
}

function changes({ dry_run, removed, rebuilt, kept, unknown }: ForgetReport, done: string): string[] {
  const table = (name: string) => name.replace('_', ' ');
  const lines = [
    ...Object.entries(removed).map(
      ([name, ids]) => `  ${ids.length} ${table(name)} ${dry_run ? 'would be ' : ''}${done}`,
    ),
    ...Object.entries(rebuilt).map(
      ([name, ids]) =>
        `  ${ids.length} ${table(name)} ${dry_run ? 'would be ' : ''}told anew from what remains`,
    ),
  ];
  return [
    ...(lines.length > 0 ? lines : ['  Nothing fits.']),
    ...kept.slice(0, MOST_SHOWN).map(({ id, because }) => `  ${id}: ${because}`),
    ...more(kept.length),
    ...(unknown.length > 0
      ? [`  ${plural(unknown.length, 'id')} unknown: ${unknown.slice(0, 5).join(', ')}`]
      : []),
  ];
}

export function pruneText({
  dry_run,
  looked_at,
  runs,
}: {
  dry_run: boolean;
  looked_at: number;
  runs: { project: string; cluster: string; reason: string }[];
}): string {
  const clusters = [
    ...Map.groupBy(runs, ({ project, cluster, reason }) => `${project}: ${reason} (${cluster})`),
  ];
  return [
    ...clusters.map(([what, same]) => `${String(same.length).padStart(5)}  ${what}`),
    `${plural(runs.length, 'run')} of ${looked_at} ${dry_run ? 'would be archived' : 'archived'}.${dry_run ? ' Nothing was changed; --apply does it.' : ' `knowhow prune --restore` brings them back.'}`,
  ].join('\n');
}

export function lineageText({
  ancestors,
  descendants,
  attempts,
}: {
  ancestors: Ancestry;
  descendants: Relative[];
  attempts: RetryChain | null;
}): string {
  const list = (relatives: Relative[]) => [
    ...relatives.slice(0, 40).map(({ id, table, depth }) => `  ${'  '.repeat(depth - 1)}${id}  ${table}`),
    ...(relatives.length > 40 ? [`  … and ${relatives.length - 40} more; --json has them all`] : []),
  ];
  return [
    `Made from ${plural(ancestors.found.length, 'record')}; the weakest evidence is worth ${ancestors.trust}.`,
    ...list(ancestors.found),
    ...ancestors.missing.map((id) => `  ${id}  missing`),
    ...(ancestors.circular.length > 0 ? [`  In a circle: ${ancestors.circular.join(', ')}`] : []),
    `Made from it: ${plural(descendants.length, 'record')}.`,
    ...list(descendants),
    ...(attempts ? attemptsText(attempts) : []),
  ].join('\n');
}

const LINK: Record<FoundBy, string> = {
  parent: 'retries the one it names',
  action_pair: 'same action pair',
  session: 'same task in the same session',
};

function attemptsText({ runs, missing, circular, cut }: RetryChain): string[] {
  if (runs.length < 2 && missing.length === 0 && !circular) return [];
  return [
    'Attempts, oldest first:',
    ...missing.map((id) => `  ${id}  missing`),
    ...runs.slice(0, 40).flatMap((run, i) => attemptText(run, i === 0 ? null : (runs[i - 1]?.id ?? null))),
    ...(runs.length > 40 ? [`  … and ${runs.length - 40} more; --json has them all`] : []),
    ...(circular ? ['  They lead round in a circle.'] : []),
    ...(cut ? ['  There are more than were looked at.'] : []),
  ];
}

/** One line for how it ended, one for what was said of it. The attempt retried is named where it is not the one above. */
function attemptText(
  { id, at, started_at, outcome, feedback, retries, by }: ChainedRun,
  above: string | null,
): string[] {
  const ended = outcome.success === null ? 'unknown' : outcome.success ? 'succeeded' : 'failed';
  const of = retries === null || retries === above ? '' : ` of ${retries}`;
  const link = by === null ? '' : `  (${LINK[by]}${of})`;
  const said = feedback?.at(-1)?.text ?? outcome.error ?? '';
  return [
    `  ${id}  ${started_at ?? at}  ${ended}${link}`,
    ...(said.trim() === '' ? [] : [`      ${short(said, 160)}`]),
  ];
}
