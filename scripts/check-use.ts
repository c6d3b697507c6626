/**
 * `node scripts/check-use.ts [--histories=1000] [--only=harm|none|help|store] [--rule=new|old] [--shown=1000] [--json]`: how soon advice that hurts is
 * retired, and how often advice that does not is. Every cell of a table is that many seeded histories of one strategy
 * (`checks/use-histories.ts`), the rules looked at after every single run; `old` is the rule that stood before, for
 * comparison. `store` is one memory, real calls of `retrieve_strategies` and `record_trajectory`, and one strategy that
 * hurts among several that do not. An hour for all of it at 1,000.
 */
import { figuresOf, fixedSize, RULES } from './checks/use-figures.ts';
import type { Case } from './checks/use-histories.ts';
import { storeHistory } from './checks/use-store.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const args = process.argv.slice(2);
const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
const histories = Number(option('histories') ?? 1_000);
const only = option('only');
const wantedRules = RULES.filter(([name]) => [undefined, name].includes(option('rule')));
const asJson = args.includes('--json');
const rows: unknown[] = [];

const GROUNDS: (Pick<Case, 'against' | 'holdout' | 'attempts'> & { name: string })[] = [
  { name: 'withheld, half', against: 'withheld', holdout: 0.5 },
  { name: 'withheld, 20 %', against: 'withheld', holdout: 0.2 },
  { name: 'other runs, 300', against: 'project' },
  { name: 'without, 24', against: 'without' },
];
const CLUSTERED = {
  name: 'withheld, half; 5 attempts a task',
  against: 'withheld',
  holdout: 0.5,
  attempts: 5,
} as const;
const SHOWN = Number(option('shown') ?? 1_000);

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const runs = (count: number): string => (Number.isFinite(count) ? String(count) : 'never');

function table(title: string, bases: number[], effects: number[], grounds: typeof GROUNDS): void {
  print(`\n${title}`);
  print(
    '| compared with | base | effect | rule | retired (95 %) | median | 90 % | fixed size | median / fixed | confirmed |',
  );
  print('|---|---|---|---|---|---|---|---|---|---|');
  for (const { name, ...ground } of grounds) {
    for (const base of bases) {
      for (const effect of effects) {
        for (const [rule, isRetired] of wantedRules) {
          const of = { ...ground, base, effect };
          const found = figuresOf(of, isRetired, histories, SHOWN);
          const fixed = effect === 0 ? Infinity : fixedSize(of);
          rows.push({ ...of, rule, ...found, fixed });
          const [low, high] = found.interval;
          const cells = [
            name,
            base,
            effect,
            rule,
            `${percent(found.retired)} (${percent(low)}–${percent(high)})`,
            runs(found.median),
            runs(found.ninety),
            Number.isFinite(fixed) ? fixed : '',
            Number.isFinite(fixed) && effect < 0 ? (found.median / fixed).toFixed(2) : '',
            effect > 0 && rule === 'new' ? percent(found.confirmed) : '',
          ];
          print(`| ${cells.join(' | ')} |`);
        }
      }
    }
  }
}

const isWanted = (name: string): boolean => only === undefined || only === name;
if (isWanted('harm')) table('Advice that hurts', [0.5, 0.7], [-0.15, -0.2, -0.3, -0.5], GROUNDS);
if (isWanted('none'))
  table('Advice that changes nothing', [0.1, 0.3, 0.5, 0.7, 0.9], [0], [...GROUNDS, CLUSTERED]);
if (isWanted('help')) table('Advice that helps', [0.5, 0.7], [0.1], GROUNDS);
if (isWanted('store')) {
  print('\nOne memory, 400 tasks, 30 % held out, one of six strategies hurts (-40 points), one helps (+20)');
  const found = await storeHistory({ tasks: 400, holdout: 0.3, exploration: 0.05, seed: 1 });
  rows.push(found);
  for (const each of found.strategies)
    print(
      `${each.effect >= 0 ? ' ' : ''}${each.effect}  ${each.status.padEnd(9)} after ${each.runs} tasks; shown ${each.shown}, explored ${each.explored}  ${each.why}`,
    );
}
if (asJson) print(JSON.stringify(rows));
