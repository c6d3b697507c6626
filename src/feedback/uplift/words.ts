/** The answer in plain sentences: whether the difference is more than chance, and what would tell. Pure. */
import type { Figures, Needed, RecordUplift, Tokens } from './figures-of.ts';
import type { Counts } from './gather.ts';
import type { Matched } from './matched.ts';
import { about, amount, changeRange, counted, grouped, percent, pointRange, points } from './told.ts';
import type { Unit } from './unit.ts';

export interface Answered extends Figures {
  matched: Matched | null;
  claims: Figures;
  counts: Counts;
}

/**
 * `units` are the tasks compared, `holdout` the share that is held out now; `isDoubted`: something speaks against trusting the
 * comparison. The most important first, at least one.
 */
export function wordsOf(told: Answered, units: Unit[], holdout: number, isDoubted = false): string[] {
  return [
    ...(told.method === 'randomised'
      ? compared(told, holdout, isDoubted)
      : told.matched
        ? [...matchedWords(told, told.matched), ...whyNoTrial(told, units, holdout)]
        : whyNoTrial(told, units, holdout)),
    ...flaggedWords([...told.strategies, ...told.others]),
    ...tokenWords(told.tokens),
    ...claimWords(told.claims),
    ...leftOut(told.counts, units.length > 0),
  ];
}

const HOW_TO_HOLD_OUT = '`--holdout 0.2` (or KNOWHOW_HOLDOUT=0.2)';
const FEW = 20;

function compared(told: Figures, holdout: number, isDoubted: boolean): string[] {
  const { uplift, verdict, tasks } = told;
  if (!uplift.sides) return [];
  const { with: shown, without } = uplift.sides;
  const rates = `Of ${counted(shown.tasks, 'task')} shown what is known ${percent(shown.rate)} ended well, of ${grouped(without.tasks)} held out ${percent(without.rate)}: ${points(uplift.difference)} points, 95 % interval ${pointRange(uplift.interval)}.`;
  if (isDoubted)
    return [rates, 'The two sides are not alike (look twice): until that is explained, this tells nothing.'];
  if (verdict === 'helps') return [rates, 'It helps: that is more than chance, however often one looks.'];
  if (verdict === 'hurts')
    return [
      rates,
      'It hurts: that is more than chance, however often one looks.',
      'Switch it off with `--holdout 1` (or KNOWHOW_HOLDOUT=1), and look at the strategies at the end of the list.',
    ];
  const [low = 0, high = 0] = uplift.interval ?? [];
  const chance =
    low > 0 || high < 0
      ? 'One look would call that more than chance; a report that is looked at again and again takes more.'
      : 'That may still be chance.';
  const alike = shown.rate === without.rate && (shown.rate === 0 || shown.rate === 1);
  if (alike)
    return [
      rates,
      `${shown.rate === 1 ? 'All' : 'None'} of them ended well, with and without: there is nothing to tell apart.`,
    ];
  return [rates, ...(tasks < FEW ? ['These are few tasks.'] : []), chance, ...moreWords(told, holdout)];
}

/** How many more tasks would tell. */
function moreWords({ needed, uplift }: Figures, holdout: number): string[] {
  const differs = uplift.difference !== null && uplift.difference !== 0 && needed.more !== null;
  const more =
    differs && needed.more !== null && needed.more > 0
      ? [
          `If the difference is as large as that, ${about(needed.more)} more tasks, ${percent(needed.holdout)} of them held out, would tell.`,
        ]
      : [];
  const off = holdout > 0 ? [] : [`Nothing is held out now: ${HOW_TO_HOLD_OUT} goes on.`];
  return [...more, ...sizeWords(needed), ...off];
}

function sizeWords({ for: rows, holdout }: Needed): string[] {
  if (rows.length === 0) return [];
  const sizes = rows.map(({ points, tasks }, i) =>
    i === 0
      ? `of ${points} points is told from ${about(tasks)} tasks on`
      : `of ${points} from ${about(tasks)}`,
  );
  return [`A true difference ${sizes.join(', ')} (${percent(holdout)} of them held out).`];
}

function matchedWords({ needed }: Figures, matched: Matched): string[] {
  const { with: shown, without, difference, interval, same_task, kinds } = matched;
  const like = [
    ...(same_task > 0
      ? [`${counted(same_task, 'task')} compared with ${same_task === 1 ? 'itself' : 'themselves'}`]
      : []),
    ...(kinds > 0
      ? [
          `${same_task > 0 ? 'the others ' : ''}with runs of the same project, domain, agent, model and quarter`,
        ]
      : []),
  ].join(', ');
  return [
    `No experiment: of ${counted(shown.tasks, 'task')} shown what is known ${percent(shown.rate)} ended well, of ${grouped(without.tasks)} alike that were shown nothing ${percent(without.rate)} (${like}): ${points(difference)} points, 95 % interval ${pointRange(interval)}.`,
    'Whatever decided who was shown something may be the reason for the difference, so this cannot tell whether it helps.',
    ...sizeWords(needed),
  ];
}

/** Why there are no two arms, and what to do. */
function whyNoTrial({ counts, claims, matched }: Answered, units: Unit[], holdout: number): string[] {
  if (units.length > 0) {
    const withheld = units.filter(({ arm }) => arm === 'withheld').length;
    if (withheld === units.length)
      return [
        `${units.length === 1 ? 'The only task for which something was known was' : `All ${counted(units.length, 'task')} for which something was known were`} held out: nothing was shown, so there is nothing to compare.`,
        `A share below 1 tells: ${HOW_TO_HOLD_OUT}.`,
      ];
    if (withheld > 0)
      return [
        'Tasks were held out and shown, but never under the same share: they cannot be compared. Leave the share as it is for a while.',
      ];
    return [
      `${counted(units.length, 'task')} ${units.length === 1 ? 'was' : 'were'} shown what is known, none was held out so far.`,
      holdout > 0
        ? `At a share of ${percent(holdout)} about one task in ${grouped(Math.max(1, 1 / holdout))} will be.`
        : `Nothing is held out now: ${HOW_TO_HOLD_OUT} goes on.`,
    ];
  }
  if (claims.runs > 0)
    return [
      matched
        ? 'Of the tasks that were drawn for an experiment only their agents say how they ended, and that is no evidence of help.'
        : 'Only their agents say how these runs ended, and that is no evidence of help.',
      'Record `outcome.verdict` with source `test` or `exit_code` where something judged the run.',
    ];
  if (counts.drawn > 0 && counts.nothing_known === counts.drawn)
    return [
      `For none of ${counted(counts.drawn, 'task')} anything was known, so nothing could be shown.`,
      'Record more runs, or see `knowhow status` whether a batch is due.',
    ];
  if (counts.unjudged > 0)
    return [
      `${counted(counts.unjudged, 'run')} followed what was shown or held out, and nobody judged how they ended.`,
    ];
  if (counts.runs > 0)
    return [
      ...(matched ? [] : ['Nothing was held out, and there is nothing alike to compare with.']),
      `An experiment tells: ${HOW_TO_HOLD_OUT} shows nothing for every fifth task, and this report compares.`,
    ];
  return [
    'Nothing to compare yet: no run has named what it had been shown.',
    `Pass \`retrieval_id\` of retrieve_strategies on to record_trajectory, and start \`knowhow serve\` with ${HOW_TO_HOLD_OUT}.`,
  ];
}

/** A record is told apart by one look at all of them; the verdict over everything asks for more. */
function flaggedWords(records: RecordUplift[]): string[] {
  return (['helps', 'hurts'] as const).flatMap((verdict) => {
    const named = records
      .filter(({ flagged }) => flagged === verdict)
      .map(({ id, uplift }) => `${id} (${points(uplift)} points)`);
    if (named.length === 0) return [];
    const does = named.length > 1 ? verdict.slice(0, -1) : verdict;
    return [`By one look at all records together, more than chance: ${few(named)} ${does}.`];
  });
}

const few = (names: string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

function tokenWords({ spent, net, net_interval, difference, interval }: Tokens): string[] {
  if (net === null || net_interval === null || difference === null) return [];
  const [low, high] = net_interval;
  const sure = low > 0 || high < 0 ? '' : ', which may be chance';
  return [
    `Showing it cost ${grouped(spent)} tokens. That included, a run used ${amount(difference)} tokens ${difference > 0 ? 'more' : 'less'} (95 % interval ${changeRange(interval)}): ${grouped(Math.abs(net))} ${net >= 0 ? 'saved' : 'lost'} in all${sure}.`,
  ];
}

function claimWords(claims: Figures): string[] {
  const { uplift } = claims;
  if (!uplift.sides) return [];
  return [
    `Told apart: where only the agent says how it ended, ${percent(uplift.with)} of ${counted(uplift.sides.with.tasks, 'task')} shown and ${percent(uplift.without)} of ${grouped(uplift.sides.without.tasks)} held out ended well (${points(uplift.difference)} points, ${pointRange(uplift.interval)}).`,
  ];
}

function leftOut(counts: Counts, isTold: boolean): string[] {
  const { drawn, together, nothing_known, switched, mixed, unjudged } = counts;
  return [
    ...(together > 0
      ? [
          `${counted(together, 'more task')} followed a question, or words, that another task was asked about with; they count as one with it. \`task_id\` of retrieve_strategies keeps tasks apart.`,
        ]
      : []),
    ...(nothing_known > 0 && nothing_known < drawn
      ? [`For ${counted(nothing_known, 'more task')} nothing was known; they count in neither arm.`]
      : []),
    ...(switched > 0
      ? [`${counted(switched, 'task')} changed arms with the share; they count in the first.`]
      : []),
    ...(mixed > 0
      ? [
          `${counted(mixed, 'run')} asked in several ways that fell into different arms; they count in the first.`,
        ]
      : []),
    ...(unjudged > 0 && isTold
      ? [`${counted(unjudged, 'run')} that nobody judged ${unjudged === 1 ? 'is' : 'are'} left out.`]
      : []),
  ];
}
