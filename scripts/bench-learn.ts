/**
 * `npm run bench:learn [-- DIR] [--sizes 2000,4000,8000,16000] [--added 50] [--json]`: how long a batch takes, and how that
 * grows, on InterCode's runs (DIR holds the set's folder). Goals: growth exponent <= 1.15, 16,000 runs in <= 90 s and
 * 1.5 GB, 50 runs on top of them in <= 2 s.
 */
import { parseArgs } from 'node:util';
import { intercodeFiles } from './bench/intercode.ts';
import { measureLearning } from './bench/learning.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '2000,4000,8000,16000' },
    added: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
  },
});
const [folder = 'data'] = positionals;

if (intercodeFiles(folder).length === 0) {
  process.stdout.write(`bench:learn: no InterCode results under ${folder}; nothing was measured.\n`);
} else {
  const say = (line: string) => {
    if (!values.json) process.stdout.write(`${line}\n`);
  };
  const figures = await measureLearning(
    folder,
    values.sizes.split(',').map(Number),
    Number(values.added),
    say,
  );
  say(`growth exponent ${figures.exponent.toFixed(2)}`);
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}
