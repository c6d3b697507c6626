/**
 * `npm run bench:quality -- [--sizes 25000,50000,100000] [--seeds 20] [--outliers] [--json]`: what judging, comparing and sampling many
 * made-up training examples costs; how well near-duplicates and outliers are told. `--outliers` measures outliers only,
 * `--seeds 0` leaves them out.
 *
 * What was chosen on what: the features, their least differences and the threshold of outliers on seeds below 1,000, on all kinds of
 * scripts/bench/quality/kinds.ts but the last two; reported are seeds from 4,000 on. Of the near-duplicates nothing was tuned.
 */
import { parseArgs } from 'node:util';
import { round } from './bench/measure.ts';
import {
  type Cost,
  measureHostile,
  measureSize,
  measureTold,
  type SizeFigures,
} from './bench/quality/cost.ts';
import { measureOutliers, type OutlierFigures, PLAIN } from './bench/quality/outliers.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '25000,50000,100000' },
    seeds: { type: 'string', default: '20' },
    outliers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
/** As datasets are built unless told otherwise. */
const SIMILARITY = 0.9;
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => 4000 + i);
const say = (line: string) => process.stdout.write(`${line}\n`);
const told = (figures: unknown, lines: () => string[]) => {
  if (values.json) say(JSON.stringify(figures));
  else for (const line of lines()) say(line);
};

if (!values.outliers) {
  const sizes: SizeFigures[] = [];
  let last: ReturnType<typeof measureSize> | undefined;
  for (const size of values.sizes.split(',').map(Number)) {
    last = measureSize(size, SIMILARITY);
    sizes.push(last.figures);
    told(last.figures, () => [sizeLine(sizes.at(-1) as SizeFigures)]);
  }
  const [small, large] = [sizes[0], sizes.at(-1)];
  if (small && large && large.examples > small.examples)
    for (const part of ['sketches', 'duplicates', 'judged', 'all'] as const) {
      const exponent =
        Math.log(large[part].cpu / small[part].cpu) / Math.log(large.examples / small.examples);
      told({ part, exponent }, () => [`${part} grow with the power ${round(exponent)} of the examples`]);
    }
  for (const similarity of [SIMILARITY, 0.7]) {
    const figures = measureTold(last?.sketches ?? [], similarity);
    const joined = Object.entries(figures.joined).map(
      ([likeness, share]) => `${likeness}: ${percent(share)}`,
    );
    told(figures, () => [
      `alike from ${similarity}: copies joined by likeness ${joined.join(', ')}; of ${figures.count} joined ${percent(figures.precise)} are that alike by counting, ${percent(figures.nearly)} are within 0.05`,
    ]);
  }
  for (const figures of measureHostile(large?.examples ?? 0, SIMILARITY))
    told(figures, () => [
      `${figures.count} texts, ${figures.texts}: ${seconds(figures.cost)}, ${figures.groups} groups`,
    ]);
}
for (const [forest, name] of [
  [undefined, 'as used'],
  [PLAIN, 'every feature alike, as in the paper'],
] as const)
  for (const figures of seeds.length > 0 ? measureOutliers(seeds, 1000, forest) : [])
    told({ forest: name, ...figures }, () => [outlierLine(name, figures)]);

function sizeLine({
  examples,
  chars,
  sketches,
  duplicates,
  judged,
  sampled,
  all,
  peak_mib,
}: SizeFigures): string {
  return `${examples} examples of ${chars} characters: ${seconds(all)} (sketches ${seconds(sketches)}, near-duplicates ${seconds(duplicates)}, judged ${seconds(judged)}, sampled ${seconds(sampled)}), peak ${peak_mib} MiB`;
}

function outlierLine(forest: string, figures: OutlierFigures): string {
  const by = (shares: Record<string, number>) =>
    Object.entries(shares)
      .map(([kind, share]) => `${kind} ${percent(share)}`)
      .join(', ');
  return `outliers, ${forest}, ${figures.clean}: of ${figures.examples} clean lost ${percent(figures.lost)} (worst seed ${percent(figures.lost_at_worst)}); of 5 % planted found ${percent(figures.found_in_all)} (worst seed ${percent(figures.found_at_worst)}): ${by(figures.found)}; of 5 % of one kind alone: ${by(figures.found_alone)}`;
}

function percent(share: number): string {
  return `${round(100 * share, 1)} %`;
}

function seconds({ cpu, clock }: Cost): string {
  return `${round(cpu, 1)} s of one core, ${round(clock, 1)} s`;
}
