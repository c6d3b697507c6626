/** Ratings out, for spreadsheets and programs: CSV after RFC 4180, JSON, JSON Lines. All pure. */
import { CAT_DIMENSIONS, type Rating } from '../../types.ts';
import { compositeOf } from './composite.ts';

export const EXPORT_FORMATS = ['csv', 'json', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The columns, and how each is read from a rating. Scores as they were said: the CAT 1..10, the rest 0..1. */
const COLUMNS: Record<string, (rating: Rating) => string | number | undefined> = {
  id: ({ id }) => id,
  at: ({ at }) => at,
  project: ({ project }) => project,
  workflow: ({ workflow }) => workflow,
  task_key: ({ task_key }) => task_key,
  trajectories: ({ trajectories }) => trajectories.join(' '),
  rater: ({ rater }) => rater,
  rater_kind: ({ rater_kind }) => rater_kind,
  cat_score: ({ said }) => said.cat?.score,
  ...Object.fromEntries(
    CAT_DIMENSIONS.map((name) => [`cat_${name}`, ({ said }: Rating) => said.cat?.dimensions?.[name]]),
  ),
  satisfaction: ({ said }) => said.satisfaction,
  usefulness: ({ said }) => said.usefulness,
  novelty: ({ said }) => said.novelty,
  quality: ({ said }) => said.quality,
  composite: ({ said }) => compositeOf(said),
  text: ({ said }) => said.text,
  tags: ({ said }) => said.tags && JSON.stringify(said.tags),
  request: ({ request }) => request,
};

/** The export, piece by piece. */
export function* exportRatings(ratings: Iterable<Rating>, format: ExportFormat): Generator<string> {
  if (format === 'csv') {
    yield line(Object.keys(COLUMNS));
    for (const rating of ratings) yield line(Object.values(COLUMNS).map((read) => read(rating)));
    return;
  }
  let first = true;
  if (format === 'json') yield '[';
  for (const rating of ratings) {
    const composite = compositeOf(rating.said);
    const json = JSON.stringify(composite === undefined ? rating : { ...rating, composite });
    if (format === 'jsonl') yield `${json}\n`;
    else yield `${first ? '\n' : ',\n'}${json}`;
    first = false;
  }
  if (format === 'json') yield '\n]\n';
}

const line = (cells: (string | number | undefined)[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** What spreadsheets take for a formula when a cell begins with it, their full-width forms included. */
const FORMULA = /^[\s'"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/u;

/**
 * One cell. Text that would run as a formula, and text that begins with the mark itself, gets an apostrophe in front: spreadsheets
 * show the text, and programs take one apostrophe off.
 */
function cellOf(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) || /^['\t\r\n]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
