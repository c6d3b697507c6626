/** Command `datasets review`: what waits for somebody to look at, and their decisions. */
import { type Command, Option } from 'commander';
import { callerError } from '../errors.ts';
import { cleanText } from '../text.ts';
import { decide, decideAll, isAgents, reviewOf } from '../training/review/decide.ts';
import { countReviews, listReviews } from '../training/review/queue.ts';
import type { ExampleReview } from '../types.ts';
import { answer, globals, plural, wholeNumber, withContext } from './frame.ts';

interface ReviewOptions {
  accept?: boolean;
  reject?: boolean;
  pending?: boolean;
  again?: boolean;
  all?: boolean;
  dataset?: string;
  note?: string;
  by?: string;
  state: ExampleReview['state'];
  limit: number;
}

const MOST_LISTED = 20;
const MOST_LINE = 160;

export function addDatasetsReview(datasets: Command): void {
  const decision = (flag: string, what: string, others: string[]) =>
    new Option(`--${flag}`, what).conflicts(others);
  datasets
    .command('review')
    .description('Examples that somebody must look at, oldest first; decisions stand for every later build')
    .argument('[id]', 'one example: show more of it, or decide on it')
    .addOption(decision('accept', 'it comes in, whatever its score', ['reject', 'pending']))
    .addOption(decision('reject', 'it stays out', ['accept', 'pending']))
    .addOption(decision('pending', 'take a decision back', ['accept', 'reject', 'all']))
    .option('--again', 'decide otherwise than a person did before')
    .option('--all', 'decide on all that wait of the dataset named with --dataset')
    .option('--dataset <name>', 'only what a build of this dataset asked for')
    .option('--note <text>', 'why; kept with the decision')
    .option('--by <name>', 'who decides (default: a person)')
    .addOption(
      new Option('--state <state>', 'list these')
        .choices(['pending', 'accepted', 'rejected'])
        .default('pending'),
    )
    .option('--limit <count>', 'list at most so many', wholeNumber, MOST_LISTED)
    .action((id: string | undefined, options: ReviewOptions, command: Command) => {
      if (!stateOf(options)) return id === undefined ? list(command, options) : show(command, id);
      if (id !== undefined && options.all) throw callerError('usage', 'Give an ID or --all, not both.');
      if (id !== undefined) return decideOne(command, id, options);
      if (options.all && options.dataset !== undefined) return decideOnAll(command, options.dataset, options);
      throw callerError(
        'usage',
        'Say what to decide on: an ID, or --all with --dataset NAME.',
        '`knowhow datasets review` lists what waits.',
      );
    });
}

const stateOf = ({ accept, reject, pending }: ReviewOptions): ExampleReview['state'] | undefined =>
  accept ? 'accepted' : reject ? 'rejected' : pending ? 'pending' : undefined;

const list = (command: Command, { state, dataset, limit }: ReviewOptions) =>
  withContext(command, async (ctx, { json }) => {
    // As with export: only what was asked for on the command line narrows it.
    const where = { dataset, project: globals(command).project };
    const [reviews, counts] = [
      await listReviews(ctx, { ...where, state, limit }),
      await countReviews(ctx, where),
    ];
    answer({ json }, { reviews, ...counts }, () => listText(reviews, counts, state));
  });

const show = (command: Command, id: string) =>
  withContext(command, async (ctx, { json }) => {
    const review = await reviewOf(ctx, id);
    answer({ json }, review, () => wholeText(review));
  });

const decideOne = (command: Command, id: string, options: ReviewOptions) =>
  withContext(command, async (ctx, { json }) => {
    const { by, note, again } = options;
    const review = await decide(ctx, id, { state: stateOf(options) ?? 'pending', by, note, again });
    const { pending } = await countReviews(ctx);
    answer({ json }, { ...review, waiting: pending }, () =>
      [`${review.id}: ${standing(review)}.`, waitingText(pending)].join('\n'),
    );
  });

const decideOnAll = (command: Command, dataset: string, options: ReviewOptions) =>
  withContext(command, async (ctx, { json }) => {
    const { by, note } = options;
    const state = options.accept ? 'accepted' : 'rejected';
    const decided = await decideAll(ctx, { dataset, project: globals(command).project }, { state, by, note });
    const { pending } = await countReviews(ctx);
    answer({ json }, { dataset, state, decided, waiting: pending }, () =>
      decided === 0
        ? `Nothing of ${cleanText(dataset)} waits for review.`
        : [`${plural(decided, 'example')} ${state}.`, waitingText(pending)].join('\n'),
    );
  });

const waitingText = (pending: number): string =>
  pending === 0
    ? 'Nothing waits for review.'
    : `${plural(pending, 'example')} ${pending === 1 ? 'waits' : 'wait'} for review.`;

function listText(
  reviews: ExampleReview[],
  counts: Record<ExampleReview['state'], number>,
  state: ExampleReview['state'],
): string {
  const head =
    state === 'pending' ? waitingText(counts.pending) : `${plural(counts[state], 'example')} ${state}.`;
  const more = counts[state] - reviews.length;
  return [
    head,
    ...reviews.map((review) =>
      [
        headOf(review),
        ...factsOf(review),
        `  asked     "${oneLine(review.asked)}"`,
        `  answered  "${oneLine(review.answered)}"`,
      ].join('\n'),
    ),
    ...(more > 0 && reviews.length > 0 ? [`${plural(more, 'more example')}: see --limit.`] : []),
    ...(state === 'pending' && reviews.length > 0
      ? ['Decide: knowhow datasets review ID --accept, or --reject; with the ID alone more of it is shown.']
      : []),
  ].join('\n\n');
}

const wholeText = (review: ExampleReview): string =>
  [
    headOf(review),
    ...factsOf(review),
    `  asked\n${indented(review.asked)}`,
    `  answered\n${indented(review.answered)}`,
  ].join('\n');

const indented = (text: string): string => cleanText(text).replace(/^(?=.)/gmu, '    ');

const headOf = ({ id, dataset, label, at }: ExampleReview): string =>
  `${id}  of a run that ${label ? 'succeeded' : 'failed'}, asked about by a build of ${cleanText(dataset)} on ${at.slice(0, 10)}`;

function factsOf(review: ExampleReview): string[] {
  const { judgement, state, item_id } = review;
  const { composite, quality, confidence, diversity, informativeness, outlier } = judgement;
  const parts = Object.entries({ quality, confidence, diversity, informativeness, outlier }).flatMap(
    ([name, value]) => (value === undefined ? [] : [`${name} ${share(value)}`]),
  );
  return [
    `  why       ${judgement.reasons.map(oneLine).join('; ')}`,
    `  worth     ${share(composite)}: ${parts.join(', ')}`,
    `  run       ${oneLine(item_id)}`,
    ...(state === 'pending' ? [] : [`  decision  ${standing(review)}`]),
  ];
}

function standing({ state, state_at, decided_by = 'person', note }: ExampleReview): string {
  if (state === 'pending') return 'waits for review';
  const name = oneLine(decided_by).replace(/^(?:person|agent):?/u, '');
  const who = `${isAgents(decided_by) ? 'an agent' : 'a person'}${name ? ` (${name})` : ''}`;
  return `${state} by ${who} on ${state_at.slice(0, 10)}${note ? `: "${oneLine(note)}"` : ''}`;
}

const share = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2));

/** On one line, without anything that a terminal would obey. */
function oneLine(text: string): string {
  const line = cleanText(text).replace(/\s+/gu, ' ').trim();
  return line.length <= MOST_LINE ? line : `${line.slice(0, MOST_LINE).replace(/[\ud800-\udbff]$/u, '')}…`;
}
