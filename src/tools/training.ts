/** build_dataset and show_datasets, of the set `training`. What they call is loaded when it is called: agents wait for the start. */
import { z } from 'zod';
import type { BuildOptions, BuildPhase } from '../training/datasets/build.ts';
import type { DatasetVersion } from '../types.ts';
import { type Call, defineTool } from './define.ts';

const counts = z.record(z.string(), z.number());
const PHASES: BuildPhase[] = ['reading runs', 'choosing', 'pairing', 'writing'];

export const buildDatasetTool = defineTool({
  name: 'build_dataset',
  title: 'Build training data',
  description:
    'Makes the next version of a named dataset from judged runs; a known name adds what is new. Only when asked for training data. Says what came in, what stayed out and why, and how many wait for review.',
  input: z.strictObject({
    name: z.string(),
    rule: z
      .string()
      .optional()
      .describe('all, refinement, high_value:3, recent:30, domain:node … with and, or, not; default all'),
    projects: z.array(z.string()).optional().describe('default: all'),
    fresh: z.boolean().optional().describe('anew, splits included'),
    least: z.number().optional().describe('new examples that an addition needs; 10'),
    dry_run: z.boolean().optional(),
  }),
  output: z.object({
    built: z.boolean(),
    reason: z.string().describe('built, dry_run, too_few_new or same_content'),
    dataset: z.string().optional().describe('NAME@VERSION; where none was built, the newest'),
    splits: counts.optional().describe('Rows of train, validation and test'),
    counts: counts.describe('Of the runs that were looked at'),
    left_out: counts.describe('By why'),
    review: z.object({
      queued: z.number().describe('That were not known before'),
      waiting: z.number().describe('In review_examples'),
      outdated: z.number().describe('Taken back: their runs have changed'),
    }),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  quotes: false,
  async run({ rule, ...asked }, { ctx, signal, progress }) {
    const [{ buildDataset }, { parseRule }, { pairsFrom }] = await Promise.all([
      import('../training/datasets/build.ts'),
      import('../training/rules/parse.ts'),
      import('./training-pairs.ts'),
    ]);
    const { version, ...result } = await buildDataset(
      ctx,
      {
        ...asked,
        rule: rule === undefined ? undefined : parseRule(rule),
        signal,
        progress: inSteps(progress),
      },
      pairsFrom(ctx),
    );
    return {
      ...result,
      ...(version
        ? { dataset: `${version.name}@${version.version}`, splits: version.statistics.by_split }
        : {}),
    };
  },
});

/** A build of many tasks says of each that it is done; a client is told of every hundredth part. */
function inSteps(tell: Call['progress']): NonNullable<BuildOptions['progress']> {
  let told = -1;
  return (what, done, total) => {
    const at = PHASES.indexOf(what) + (total > 0 ? Math.min(done / total, 1) : 0);
    if (at < told + 0.01) return;
    told = at;
    tell(at, PHASES.length, what);
  };
}

/** Of many datasets, so many are listed; of a tally, so many entries. */
const MOST_DATASETS = 50;
const MOST_ENTRIES = 8;

export const showDatasetsTool = defineTool({
  name: 'show_datasets',
  title: 'Show datasets',
  description:
    'The training datasets that were built, the newest version of each. With dataset: what that version holds, from what, by which rule.',
  input: z.strictObject({ dataset: z.string().optional().describe('NAME or NAME@VERSION') }),
  output: z.object({
    datasets: z.array(
      z.object({
        dataset: z.string(),
        created_at: z.string(),
        versions: z.number(),
        examples: z.number(),
        pairs: z.number(),
        tasks: z.number(),
      }),
    ),
    card: z.record(z.string(), z.unknown()).optional().describe('What the version that was asked for holds'),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ dataset }, { ctx }) {
    const [{ datasetVersion, listDatasets }, { ruleText }] = await Promise.all([
      import('../training/datasets/read.ts'),
      import('../training/rules/told.ts'),
    ]);
    if (dataset !== undefined) {
      const version = await datasetVersion(ctx, dataset);
      return { datasets: [], card: { ...inShort(version), rule: ruleText(version.settings.rule) } };
    }
    const versions = Map.groupBy(await listDatasets(ctx), ({ name }) => name);
    const newest = [...versions.values()].flatMap((all) => {
      const last = all.at(-1);
      return last ? [{ ...lineOf(last), versions: all.length }] : [];
    });
    newest.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    return { datasets: newest.slice(0, MOST_DATASETS) };
  },
});

const lineOf = ({ name, version, created_at, statistics: { examples, pairs, tasks } }: DatasetVersion) => ({
  dataset: `${name}@${version}`,
  created_at,
  examples,
  pairs,
  tasks,
});

/** What decides whether to train on it. */
function inShort(version: DatasetVersion) {
  const { statistics, settings, parent, left_out, changes } = version;
  const { by_split, negatives, by_domain, by_difficulty, by_judge, by_licence, by_consent } = statistics;
  const { pairs_by_source, composite, first, last } = statistics;
  return {
    ...lineOf(version),
    negatives,
    adds_to: parent?.version ?? null,
    projects: settings.projects,
    runs_stored: [first, last],
    by_split,
    by_domain: most(by_domain),
    by_difficulty,
    by_judge,
    by_licence: most(by_licence),
    by_consent: most(by_consent),
    pairs_by_source,
    composite,
    left_out,
    changes,
  };
}

/** The largest entries of a tally, and how many the others are together. */
function most(tally: Record<string, number>): Record<string, number> {
  const entries = Object.entries(tally).sort(([, a], [, b]) => b - a);
  const others = entries.slice(MOST_ENTRIES).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries([...entries.slice(0, MOST_ENTRIES), ...(others > 0 ? [['others', others]] : [])]);
}
