/** Whether it helps, for clients and for every other door: the report with what its records say, guarded. */
import type { Context } from '../context.ts';
import type { Figures, RecordUplift } from '../feedback/uplift/figures-of.ts';
import { reportMarkdown, short } from '../feedback/uplift/markdown.ts';
import { type HelpAnswer, type HelpOptions, type HelpReport, helpReport } from '../feedback/uplift/report.ts';
import { LEFT_OUT, withoutInstructions } from '../learners/instructions.ts';
import { guardConcept, guardPattern, guardStrategy } from '../learning/guard.ts';
import { cleanText, mapStrings } from '../text.ts';
import { quoted, SENTENCE } from '../tools/quoted.ts';

const LONGEST = 200;
/** A model reads it. */
const MOST_FOR_MODELS = 20;

/** `helpReport` with the records' own words: cleaned, in short, and without what reads like an order to a model. */
export async function toldReport(ctx: Context, options: HelpOptions = {}): Promise<HelpReport> {
  const report = await helpReport(ctx, options);
  const answers: HelpAnswer[] = [report, ...Object.values(report.projects)];
  const records = answers.flatMap(({ strategies, others, claims }) => [
    ...strategies,
    ...others,
    ...claims.strategies,
    ...claims.others,
  ]);
  const says = await sayings(ctx, [...new Set(records.map(({ id }) => id))]);
  const told = (list: RecordUplift[]): RecordUplift[] =>
    list.map((record) => {
      const text = says.get(record.id);
      return text === undefined ? record : { ...record, says: text };
    });
  const withSayings = <A extends HelpAnswer>(answer: A): A => ({
    ...answer,
    strategies: told(answer.strategies),
    others: told(answer.others),
    claims: {
      ...answer.claims,
      strategies: told(answer.claims.strategies),
      others: told(answer.claims.others),
    },
  });
  return {
    ...withSayings(report),
    projects: Object.fromEntries(
      Object.entries(report.projects).map(([name, answer]) => [name, withSayings(answer)]),
    ),
  };
}

/** What each record says, by id; one that is gone says nothing. */
async function sayings(ctx: Context, ids: string[]): Promise<Map<string, string>> {
  const { strategies, error_patterns, concepts } = ctx.memory;
  const [known, errors, code] = await Promise.all([
    strategies.getMany(ids.filter((id) => id.startsWith('strat_'))),
    error_patterns.getMany(ids.filter((id) => id.startsWith('err_'))),
    concepts.getMany(ids.filter((id) => id.startsWith('concept_'))),
  ]);
  const say = (text: string | undefined) =>
    text === undefined ? LEFT_OUT : withoutInstructions(short(text, LONGEST));
  return new Map([
    ...known.map((one): [string, string] => {
      const guarded = guardStrategy(one);
      return [one.id, say(guarded && `${guarded.suggestion} (${guarded.situation})`)];
    }),
    ...errors.map((one): [string, string] => {
      const guarded = guardPattern(one);
      return [
        one.id,
        say(guarded && [guarded.name, guarded.suggested_fix].filter((text) => text !== '').join(': ')),
      ];
    }),
    ...code.map((one): [string, string] => [one.id, say(guardConcept(one)?.name)]),
  ]);
}

export const REPORT = {
  path: 'report',
  title: 'Does it help?',
  description:
    'Success, retries, steps and tokens with and without what is known, with intervals, and whether that is more than chance',
} as const;

/** The page to read and the record behind it, as short as a model can use. Names of projects are stored text, too. */
export async function reportContents(ctx: Context, uri: string) {
  const report = mapStrings(await toldReport(ctx), (text) => withoutInstructions(cleanText(text)));
  return [
    { uri, mimeType: 'text/markdown', text: quoted(reportMarkdown(report), ctx.random) },
    {
      uri,
      mimeType: 'application/json',
      text: JSON.stringify({ notice: SENTENCE, ...forModels(report) }, rounded, 1),
    },
  ];
}

/** Of each list both ends; of each project, and of what agents say of themselves, the answer without its parts. */
function forModels({ over_time: _, checks: __, projects, claims, ...report }: HelpReport) {
  const ends = (list: RecordUplift[]) =>
    list.length <= MOST_FOR_MODELS
      ? list
      : [...list.slice(0, MOST_FOR_MODELS / 2), ...list.slice(-MOST_FOR_MODELS / 2)];
  const short = ({ verdict, method, tasks, uplift }: Figures) => ({ verdict, method, tasks, uplift });
  return {
    ...report,
    strategies: ends(report.strategies),
    others: ends(report.others),
    claims: short(claims),
    projects: Object.fromEntries(Object.entries(projects).map(([name, one]) => [name, short(one)])),
  };
}

/** Four digits say all that there is to say. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(4)) : value;
