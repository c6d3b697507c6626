/** The library as a program that installed it sees it: packed, unpacked elsewhere, imported by its name. */

import { execFile } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHashingEmbedder, createLearningPipeline, KnowhowError, openKnowhow } from '../src/index.ts';
import { FIX, history, MISSING_CLIENT, solved } from './support/runs.ts';
import { ROOT, temporaryDirectory, whenOver } from './support/store.ts';

const run = promisify(execFile);

describe('packed and installed', () => {
  const project = temporaryDirectory();
  const installed = join(project, 'node_modules', 'knowhow');
  let packed: string[];
  const script = async (name: string, code: string): Promise<string> => {
    const file = join(project, name);
    await writeFile(file, code);
    const env = { PATH: process.env.PATH, HOME: project };
    return (await run(process.execPath, [file], { cwd: project, env })).stdout;
  };

  beforeAll(async () => {
    // Built from a copy, so that what is packed is never what somebody built yesterday.
    const copy = temporaryDirectory();
    for (const name of [
      'src',
      'scripts',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'README.md',
      'LICENSE',
    ])
      await cp(join(ROOT, name), join(copy, name), { recursive: true }).catch(() => undefined);
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const { stdout } = await run('npm', ['pack', '--json', '--offline'], { cwd: copy, maxBuffer: 1e7 });
    // What the build prints comes before the JSON.
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/mu)));
    packed = files.map(({ path }: { path: string }) => path);
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', join(copy, filename), '--strip-components=1', '-C', installed]);
    // Dependencies where npm would have put them.
    await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
    await writeFile(join(project, 'package.json'), '{"type":"module"}');
  });

  it('holds the built code with its types, and nothing of the workshop', () => {
    expect(packed).toContain('dist/index.js');
    expect(packed).toContain('dist/index.d.ts');
    expect(packed).toContain('dist/cli.js');
    expect(
      packed.filter((path) => !/^(?:dist\/.*\.(?:js|d\.ts)|package\.json|[A-Z]+\.md|LICENSE)$/u.test(path)),
    ).toEqual([]);
  });

  it('runs the pipeline of the seeds with parts of one’s own', async () => {
    const output = await script(
      'parts.mjs',
      `import { createLearningPipeline, openKnowhow } from 'knowhow';
       const knowhow = await openKnowhow({ data: './memory', llm: false });
       const runs = ${JSON.stringify(history())};
       const analyzed = [];
       const own = {
         analyze: async (run) => { analyzed.push(run.task.id); return knowhow.pipeline.analyzer.analyze(run); },
       };
       const pipeline = createLearningPipeline({
         memory: knowhow.memory,
         config: { min_trajectories: 3 },
         analyzer: { ...knowhow.pipeline.analyzer, ...own },
       });
       const before = await pipeline.shouldRunBatch();
       for (const run of runs) await pipeline.processTrajectory(run);
       const after = await pipeline.shouldRunBatch();
       const count = await pipeline.accumulatedCount();
       const batch = await pipeline.runBatchLearning();
       const found = await knowhow.retrieve({ task: runs[0].task.description, project: 'billing-service' });
       await knowhow.close();
       console.log(JSON.stringify({ before, after, count, batch, found, analyzed }));`,
    );
    const told = JSON.parse(output);
    expect(told.before).toMatchObject({ pending: 0, due: false });
    expect(told.after).toMatchObject({ pending: 12, due: true });
    expect(told).toMatchObject({
      count: 12,
      batch: { ran: true, trajectories_processed: 12 },
      found: { known: true },
    });
    expect(told.analyzed).toHaveLength(12);
  });

  it('has types that a strict TypeScript project compiles against', async () => {
    await writeFile(
      join(project, 'use.ts'),
      `import { createLearningPipeline, openKnowhow, type Memory, type TrajectoryDraft } from 'knowhow';
       const run: TrajectoryDraft = { task: { description: 'x' }, steps: [{ action: 'ls' }], outcome: { success: true } };
       const knowhow = await openKnowhow({ data: './memory', llm: false });
       const memory: Memory = knowhow.memory;
       const pipeline = createLearningPipeline({ memory });
       const { strategies_extracted } = await pipeline.processTrajectory(run);
       const found = await knowhow.retrieve({ task: 'x' });
       const text: string[] = found.strategies.map(({ suggestion }) => suggestion);
       console.log(strategies_extracted.toFixed(), text);
       // @ts-expect-error: there is no such judge
       await knowhow.record({ ...run, outcome: { success: true, verdict: { source: 'oracle' } } });`,
    );
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--skipLibCheck'];
    await expect(run(process.execPath, [tsc, ...options, 'use.ts'], { cwd: project })).resolves.toMatchObject(
      { stdout: '' },
    );
  });

  it('starts as a command', async () => {
    const cli = join(installed, 'dist', 'cli.js');
    const env = { PATH: process.env.PATH, HOME: project };
    const { stdout } = await run(process.execPath, [cli, 'status', '--json'], { cwd: project, env });
    // XDG has no say here, so the store is in the home directory.
    expect(JSON.parse(stdout).data).toBe(join(project, '.local', 'share', 'knowhow'));
  });
});

describe('openKnowhow', () => {
  const open = async (options: Parameters<typeof openKnowhow>[0] = {}) => {
    const knowhow = await openKnowhow({
      data: temporaryDirectory(),
      llm: false,
      log_level: 'silent',
      ...options,
    });
    whenOver(() => knowhow.close());
    return knowhow;
  };

  it('does the main job in a few lines', async () => {
    const knowhow = await open();
    for (const each of history()) await knowhow.record(each);
    expect(await knowhow.runBatchLearning({ min_trajectories: 0 })).toMatchObject({ ran: true });
    const { matches } = await knowhow.matchError({ error: MISSING_CLIENT, project: 'billing-service' });
    expect(matches[0]?.suggested_fix).toContain(FIX);
    expect((await knowhow.stats()).counts.trajectories).toBe(12);
    expect((await knowhow.assessAbstractability(solved(9))).scores.novelty).toBeGreaterThanOrEqual(0);
  });

  it('takes a clock and a seed, and is then repeatable', async () => {
    const now = () => new Date('2026-01-02T03:04:05Z');
    const learn = async () => {
      const knowhow = await open({ now, seed: 42 });
      for (const each of history()) await knowhow.record(each);
      await knowhow.runBatchLearning({ min_trajectories: 0 });
      const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
      return {
        strategies: (await knowhow.memory.strategies.list()).sort(byId),
        patterns: (await knowhow.memory.error_patterns.list()).sort(byId),
        found: await knowhow.retrieve({ task: 'Add an endpoint', project: 'billing-service' }),
      };
    };
    const once = await learn();
    expect(once.strategies.length).toBeGreaterThan(0);
    expect(once.strategies.every(({ at }) => at === now().toISOString())).toBe(true);
    expect(await learn()).toEqual(once);
  });

  it('names what is wrong', async () => {
    const knowhow = await open();
    const wrong = { task: { description: 'x' }, steps: [{ action: 7 }], outcome: { success: true } };
    await expect(knowhow.record(wrong as never)).rejects.toThrow(/steps/u);
    await expect(knowhow.retrieve({ task: '' })).rejects.toBeInstanceOf(KnowhowError);
    await expect(open({ log_level: 'loud' as never })).rejects.toMatchObject({ code: 'bad_config' });
  });

  it('changes the embedder of a store: what was there is embedded anew, in a space of its own', async () => {
    const data = temporaryDirectory();
    const before = await openKnowhow({ data, llm: false, log_level: 'silent' });
    const run = solved(0);
    await before.record(run);
    await before.close();
    const embedder = { ...createHashingEmbedder(), name: 'another' };
    const after = await openKnowhow({ data, llm: false, embedder, log_level: 'silent' });
    whenOver(() => after.close());
    while ((await after.stats()).store.trajectories?.unembedded !== 0) await sleep(10);
    const { experiences } = await after.retrieve({ task: run.task.description, project: run.project });
    expect(experiences).toHaveLength(1);
  });
});

describe('createLearningPipeline', () => {
  it('lets every part be replaced', async () => {
    const knowhow = await openKnowhow({ data: temporaryDirectory(), llm: false, log_level: 'silent' });
    whenOver(() => knowhow.close());
    const { analyzer, extractor, hindsight } = knowhow.pipeline;
    const asked: string[] = [];
    const noting = <A extends unknown[], R>(name: string, ask: (...args: A) => R) => {
      return (...args: A): R => {
        asked.push(name);
        return ask(...args);
      };
    };
    const pipeline = createLearningPipeline({
      memory: knowhow.memory,
      analyzer: { ...analyzer, analyze: noting('analyzer', analyzer.analyze) },
      extractor: { ...extractor, isAbstractable: noting('extractor', extractor.isAbstractable) },
      hindsight: {
        ...hindsight,
        shouldRunBatch: async () => ({ pending: 1, due: true, reasons: ['because'] }),
      },
    });
    const result = await pipeline.processTrajectory(solved(0));
    expect(result).toMatchObject({ stored: true, analysis: { success: true } });
    expect(asked.sort()).toEqual(['analyzer', 'extractor']);
    expect(await pipeline.shouldRunBatch()).toEqual({ pending: 1, due: true, reasons: ['because'] });
    expect(await pipeline.runBatchLearning()).toMatchObject({ ran: true, trajectories_processed: 1 });
  });

  it('keeps the run when a part fails, and says so', async () => {
    const knowhow = await openKnowhow({ data: temporaryDirectory(), llm: false, log_level: 'silent' });
    whenOver(() => knowhow.close());
    const { analyzer } = knowhow.pipeline;
    const broken = createLearningPipeline({
      memory: knowhow.memory,
      analyzer: { ...analyzer, analyze: () => Promise.reject(new Error('out of order')) },
    });
    const result = await broken.processTrajectory(solved(0));
    expect(result).toMatchObject({ stored: true, analysis: null });
    expect(result.abstractability).not.toBeNull();
    expect(await knowhow.memory.trajectories.count()).toBe(1);
    // A batch comes back to it.
    await knowhow.runBatchLearning({ min_trajectories: 0 });
    expect(await knowhow.memory.experiences.count()).toBe(1);
  });

  it('refuses names it does not know', async () => {
    const knowhow = await openKnowhow({ data: temporaryDirectory(), llm: false, log_level: 'silent' });
    whenOver(() => knowhow.close());
    const config = { credit_strategy: 'magic' } as never;
    expect(() => createLearningPipeline({ memory: knowhow.memory, config })).toThrow(/credit_strategy/u);
  });
});
