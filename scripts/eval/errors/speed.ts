/** How long `match_error`'s lookup takes among many patterns, through a real store. */
import { templateOf } from '../../../src/learners/template.ts';
import { occurrencesOf, patternOf } from '../../../src/learning/errors/patterns.ts';
import { matchError } from '../../../src/memory/match-error.ts';
import { type ErrorPattern, type Trajectory, TrajectoryInput } from '../../../src/types.ts';
import { quantile } from '../figures.ts';
import { PROJECT, withStore } from '../stores.ts';

export interface SpeedFigures {
  patterns: number;
  /** Milliseconds of one lookup, by what is asked. */
  took: Record<string, { p50: number; p95: number; found: number; asked: number }>;
}

const KINDS =
  'Value Type Key Config Auth Cache Queue Parse Render Network Schema Token Build Lock Plan Audit'.split(' ');
const VERBS =
  'cannot load,failed to open,refused to merge,could not resolve,does not accept,has no,lost,rejects'.split(
    ',',
  );
const THINGS =
  'ledger invoice parcel sensor cluster pipeline shard tenant cursor bundle fixture worker snapshot gateway quota manifest layer tensor region cookie'.split(
    ' ',
  );
const ENDS =
  'while writing,after the upgrade,during startup,in strict mode,without a licence,on this host,before commit,for guests'.split(
    ',',
  );

const messageOf = (i: number): string => {
  const pick = (words: string[], by: number) => words[Math.floor(i / by) % words.length] ?? '';
  return `${pick(KINDS, 1)}Error: ${pick(VERBS, 16)} ${pick(THINGS, 128)} ${pick(ENDS, 2_560)} '${THINGS[i % 20]}-${i}'`;
};

/** A store of `count` distinct patterns, asked for exact messages, messages inside other words, near ones and foreign ones. */
export async function speedFigures(count: number, questions = 100): Promise<SpeedFigures> {
  return withStore(async (ctx) => {
    const at = ctx.now().toISOString();
    const patterns = Array.from({ length: count }, (_, i) => patternFor(messageOf(i), i, at));
    if (new Set(patterns.map(({ id }) => id)).size !== count)
      throw new Error('the patterns are not distinct');
    for (let i = 0; i < count; i += 2_000) await ctx.memory.error_patterns.put(patterns.slice(i, i + 2_000));
    await ctx.memory.error_patterns.compact();
    const asks: Record<string, (i: number) => string> = {
      exact: messageOf,
      trace: (i) => `${'  File "/srv/app/x.py", line 3, in step\n    step()\n'.repeat(60)}${messageOf(i)}`,
      inside: (i) => `job 7 stopped: ${messageOf(i)} (see the log)`,
      near: (i) => messageOf(i).replace(/ '.*/u, ' again'),
      foreign: (i) => `Segmentation fault at frame ${i} of the renderer`,
    };
    const took: SpeedFigures['took'] = {};
    for (const [name, ask] of Object.entries(asks)) {
      const times: number[] = [];
      let found = 0;
      for (let n = 0; n < questions; n += 1) {
        const i = (n * 7_919) % count;
        const start = performance.now();
        const [best] = await matchError(ctx.memory, ask(i), PROJECT, 3);
        times.push(performance.now() - start);
        found += Number(best?.pattern.id === patterns[i]?.id);
      }
      took[name] = { p50: quantile(times, 0.5), p95: quantile(times, 0.95), found, asked: questions };
    }
    return { patterns: count, took };
  });
}

function patternFor(message: string, i: number, at: string): ErrorPattern {
  const input = TrajectoryInput.parse({
    task: { description: 'x' },
    steps: [{ action: 'run', error: message }],
    outcome: { success: false },
  });
  const run: Trajectory = { ...input, id: `traj_${i}`, at, project: PROJECT, derived_from: [], trust: 1 };
  const pattern = patternOf(occurrencesOf(run, 'task', false, at), at);
  if (!pattern) throw new Error(`no pattern for ${templateOf(message).template}`);
  return pattern;
}
