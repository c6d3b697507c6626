import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { createRandom } from '../../../src/learners/random.ts';
import { compareReports } from '../../../src/training/evaluate/compare.ts';
import { type EvaluateOptions, evaluate, reportSoFar } from '../../../src/training/evaluate/evaluate.ts';
import type { Verdict } from '../../../src/training/evaluate/guard.ts';
import { EvaluationReport } from '../../../src/training/evaluate/report.ts';
import type { SolveFunction } from '../../../src/training/evaluate/solver.ts';
import type { EvaluationTask } from '../../../src/training/evaluate/task.ts';
import { promptOf } from '../../../src/training/examples/prompt.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';

const directory = temporaryDirectory();
const ctx: Context = await openStoreAt(join(directory, 'store'));

const tasksOf = (count: number): EvaluationTask[] =>
  Array.from({ length: count }, (_, nth) => ({
    id: `t${nth}`,
    specification: `Count to ${nth}.`,
    guards: [],
  }));

/** Right with this chance in each attempt, by the seed alone. */
const luck =
  (chance: number): SolveFunction =>
  async ({ seed }) =>
    createRandom(seed)() < chance ? 'right' : 'wrong';
const isRight = async (answer: string): Promise<Verdict> => ({
  passed: answer === 'right',
  feedback: `${answer} is not right`,
});
const ask = (options: Partial<EvaluateOptions>) =>
  evaluate(ctx, { tasks: tasksOf(4), solver: luck(0.5), guards: [isRight], ...options });

describe('E[retries]', () => {
  it.each([0.2, 0.5, 0.9])('is what a chance of %d in each attempt gives', async (chance) => {
    const report = await ask({ tasks: tasksOf(80), solver: luck(chance), seed: 5 });
    const miss = 1 - chance;
    const [low = 9, high = -9] = report.e_retries.interval ?? [];
    // Four attempts: E[min(R, 4)] = q + q² + q³ + q⁴.
    const truth = miss + miss ** 2 + miss ** 3 + miss ** 4;
    expect([low <= truth, truth <= high, high - low < 0.5]).toEqual([true, true, true]);
    expect(Math.abs((report.first_pass.mean ?? 0) - chance)).toBeLessThan(0.08);
    expect(Math.abs((report.censored.mean ?? 0) - miss ** 4)).toBeLessThan(0.08);
    expect(report.distribution.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(EvaluationReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('counts rejections up to the cap, and what was never accepted as one more than it', async () => {
    const report = await ask({ solver: async () => 'wrong', retries: 2, samples: 1 });
    expect(report).toMatchObject({
      e_retries: { mean: 3 },
      censored: { mean: 1 },
      distribution: [0, 0, 0, 1],
    });
    expect(report.warnings.join(' ')).toContain('where the cap is');
    const once = await ask({ retries: 0, samples: 1, solver: async () => 'right' });
    expect(once).toMatchObject({ e_retries: { mean: 0 }, first_pass: { mean: 1 }, distribution: [1, 0] });
  });

  it('asks by the template of training, with the last three attempts and what was said of them', async () => {
    const prompts: string[] = [];
    await ask({
      tasks: tasksOf(1),
      samples: 1,
      retries: 4,
      solver: async ({ prompt, attempt }) => {
        prompts.push(prompt);
        return `try ${attempt}`;
      },
    });
    const attempts = [2, 3, 4].map((nth) => ({
      item_id: '',
      answer: `try ${nth}`,
      feedback: `try ${nth} is not right`,
    }));
    expect(prompts[0]).toBe(promptOf({ specification: 'Count to 0.', attempts: [] }));
    expect(prompts[4]).toBe(promptOf({ specification: 'Count to 0.', attempts }));
  });
});

describe('what goes wrong', () => {
  it('with a guard is a refusal with its reason, and the next guard is not asked', async () => {
    let asked = 0;
    const report = await ask({
      tasks: tasksOf(1),
      samples: 1,
      retries: 1,
      timeoutMs: 50,
      solver: async ({ attempt }) => `answer ${attempt}`,
      guards: [
        function breaks(answer) {
          if (answer === 'answer 1') throw new Error('no');
          return new Promise(() => undefined);
        },
        async () => {
          asked += 1;
          return { passed: true, feedback: '' };
        },
      ],
    });
    expect(report.by_task[0]?.samples[0]?.attempts).toMatchObject([
      { accepted: false, trouble: { by: 'guard', what: 'crashed', reason: 'breaks' } },
      { accepted: false, trouble: { by: 'guard', what: 'timeout' } },
    ]);
    expect(report.troubles).toEqual({ guard_crashed: 1, guard_timeout: 1 });
    expect(asked).toBe(0);
  });

  it('with what a guard says is a refusal as well', async () => {
    const says = (verdict: unknown) => async () => verdict as Verdict;
    for (const verdict of [undefined, {}, { passed: 1, feedback: '' }])
      expect(await ask({ guards: [says(verdict)], retries: 1, samples: 1 })).toMatchObject({
        e_retries: { mean: 2 },
        troubles: { guard_unusable: 8 },
      });
    const wordless = await ask({ guards: [says({ passed: false, feedback: 7 })], retries: 1, samples: 1 });
    expect(wordless).toMatchObject({ e_retries: { mean: 2 }, troubles: {} });
  });

  it('with this machine is no refusal, and stops', async () => {
    vi.stubEnv('TMPDIR', '/nowhere/at/all');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(ask({ guards: [{ command: 'true' }] })).rejects.toMatchObject({ code: 'no_room' });
  });

  it('with a solver once is a failed attempt, and nothing that the next one is told', async () => {
    const prompts: string[] = [];
    const report = await ask({
      tasks: tasksOf(1),
      samples: 1,
      solver: async ({ attempt, prompt }) => {
        prompts.push(prompt);
        if (attempt === 1) throw new Error('no');
        return 'right';
      },
    });
    expect(report).toMatchObject({ e_retries: { mean: 1 }, troubles: { solver_crashed: 1 } });
    expect(prompts[1]).toBe(prompts[0]);
  });

  it('for good stops, with the report so far', async () => {
    const fatal = ask({
      concurrency: 1,
      samples: 1,
      solver: async ({ task }) => (task === 't2' ? 'broken' : 'right'),
      guards: [async (answer) => ({ passed: answer === 'right', feedback: '', fatal: answer === 'broken' })],
    });
    const error = await fatal.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E7402' });
    expect(reportSoFar(error)).toMatchObject({ finished: 2, stopped: { code: 'E7402', task: 't2' } });
  });

  it('with a solver that never answers stops after a few attempts', async () => {
    let asked = 0;
    const silent = ask({
      tasks: tasksOf(50),
      solver: () => {
        asked += 1;
        return Promise.reject(new Error('no'));
      },
    });
    await expect(silent).rejects.toMatchObject({ code: 'E7403' });
    expect(asked).toBeLessThan(10);
  });

  it('before it begins says so', async () => {
    await expect(ask({ tasks: [] })).rejects.toMatchObject({ code: 'E7400' });
    await expect(ask({ guards: [] })).rejects.toMatchObject({ code: 'E7406' });
    for (const wrong of [{ samples: 0 }, { timeoutMs: 3e9 }, { timeoutMs: 0 }, { guardMemoryMb: 0 }])
      await expect(ask(wrong)).rejects.toMatchObject({ code: 'E7500' });
    const twice = [...tasksOf(1), ...tasksOf(1)];
    await expect(ask({ tasks: twice })).rejects.toMatchObject({ code: 'E7404' });
    const references = { schema: { $ref: 'https://example.com/s.json' } };
    await expect(ask({ guards: [references] })).rejects.toMatchObject({ code: 'E7404' });
    await expect(ask({ guards: [{ command: 'true', answer_file: '../x' }] })).rejects.toMatchObject({
      code: 'E7404',
    });
  });
});

describe('an evaluation that was ended', () => {
  const counted = () => {
    const calls: string[] = [];
    const solver: SolveFunction = async function solve(asked) {
      calls.push(`${asked.task} ${asked.sample} ${asked.attempt}`);
      return luck(0.5)(asked);
    };
    return { calls, solver };
  };

  it('goes on with what is left, to the same figures', async () => {
    const journal = join(directory, 'ended.journal');
    const [whole, before, after] = [counted(), counted(), counted()];
    const stop = new AbortController();
    const expected = await ask({ solver: whole.solver });
    const ended = ask({
      solver: before.solver,
      journal,
      signal: stop.signal,
      progress: (done) => done === 7 && stop.abort(new Error('killed')),
    });
    await expect(ended).rejects.toThrow('killed');
    // Half a line, as a kill leaves it.
    await appendFile(journal, '{"task":"t0","sample":4,"retr');
    const report = await ask({ solver: after.solver, journal });
    expect({ ...report, by_task: outcomes(report), at: '' }).toEqual({
      ...expected,
      by_task: outcomes(expected),
      at: '',
    });
    const again = whole.calls.length - after.calls.length;
    expect(again).toBeGreaterThan(6);
    expect((await readFile(journal, 'utf8')).trim().split('\n')).toHaveLength(1 + 20);
  });

  it('does not go on as another one', async () => {
    const journal = join(directory, 'other.journal');
    await ask({ journal });
    await expect(ask({ journal, retries: 2 })).rejects.toMatchObject({ code: 'E7407' });
    await expect(ask({ journal, guardMemoryMb: 7 })).rejects.toMatchObject({ code: 'E7407' });
  });

  it('goes on as another one where nothing was finished, never over a file of others', async () => {
    const journal = join(directory, 'bare.journal');
    const gone = { name: 'gone', settings: {}, solve: async () => DOWN };
    await expect(ask({ journal, solver: gone })).rejects.toMatchObject({ code: 'E7403' });
    expect(await ask({ journal })).toMatchObject({ finished: 20 });
    await writeFile(journal, 'my notes');
    await expect(ask({ journal })).rejects.toMatchObject({ code: 'E7407' });
    expect(await readFile(journal, 'utf8')).toBe('my notes');
    await expect(ask({ journal: directory })).rejects.toMatchObject({ code: 'E7409' });
  });
});

const DOWN = { trouble: 'crashed', reason: 'gone', down: true } as const;

const outcomes = ({ by_task }: EvaluationReport) =>
  by_task.map(({ samples }) => samples.map(({ retries, accepted }) => [retries, accepted]));

describe('before against after', () => {
  it('is better where it is, worse the other way round, and cannot be told of the same', async () => {
    const tasks = tasksOf(30);
    const [low, high] = [await ask({ tasks, solver: luck(0.4) }), await ask({ tasks, solver: luck(0.7) })];
    const better = compareReports(low, high, 1);
    // By the same draws, so no sample gets worse.
    expect(better).toMatchObject({ verdict: 'better', tasks: 30, pairs: 150, changed: { worse: 0 } });
    expect(better.e_retries.difference).toBeCloseTo(
      (high.e_retries.mean ?? 0) - (low.e_retries.mean ?? 0),
      9,
    );
    expect(compareReports(high, low, 1).verdict).toBe('worse');
    expect(compareReports(low, low, 1)).toMatchObject({
      verdict: 'cannot tell',
      e_retries: { difference: 0 },
    });
  });

  it('pairs what both have, and says that there was more', async () => {
    let asked = 0;
    const solve = async () => (++asked % 4 === 0 ? DOWN : { answer: 'right' });
    const after = await ask({ solver: { name: 'flaky', settings: {}, solve }, timeoutMs: 1_000 });
    expect([after.finished, after.unanswered]).toEqual([15, 5]);
    const compared = compareReports(await ask({}), after, 1);
    expect(compared.pairs).toBe(15);
    expect(compared.warnings.join(' ')).toMatch(/other limits.* of the 15 that did/u);
  });

  it('has no gain in relation to nothing', async () => {
    const [none, all] = [await ask({ solver: luck(1) }), await ask({ solver: luck(0) })];
    expect(compareReports(none, all, 1).e_retries).toMatchObject({ before: 0, after: 4, relative: null });
  });

  it('needs the same tasks, guards and cap', async () => {
    const one = await ask({});
    for (const options of [{ retries: 2 }, { tasks: tasksOf(3) }, { guards: [isRight, isRight] }]) {
      const other = await ask(options);
      expect(() => compareReports(one, other, 1)).toThrow(expect.objectContaining({ code: 'E7405' }));
    }
  });
});
