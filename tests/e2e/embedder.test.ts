/** The embedder that was chosen, as its user meets it: found by meaning, and told when it is not. */
import { describe, expect, it } from 'vitest';
import { openKnowhow } from '../../src/index.ts';
import { runCli, runJson } from '../support/clients.ts';
import { broken, startEmbeddingServer } from '../support/openai-server.ts';
import { temporaryDirectory } from '../support/store.ts';

interface Status {
  embedder: {
    name: string;
    dimensions: number;
    lexical: boolean;
    probe: { same_words: number | null; same_meaning: number | null };
    note?: string;
    usage?: { calls: number };
  };
}
interface Doctor {
  healthy: boolean;
  checks: { check: string; ok: boolean; detail: string; hint?: string }[];
}

/** The length of its vectors is not named: each start asks once. */
const chooses = (baseUrl: string) => ({
  KNOWHOW_EMBEDDER: 'openai',
  KNOWHOW_EMBEDDING_MODEL: 'words-1',
  KNOWHOW_EMBEDDING_BASE_URL: baseUrl,
});

describe('status and doctor', () => {
  it('name the offline embedder, show the pair with its scores, and say what it misses', async () => {
    const data = temporaryDirectory();
    const { value } = await runJson<Status>(['status'], { data });
    expect(value.embedder).toMatchObject({ lexical: true, dimensions: 512 });
    expect(value.embedder.probe.same_words).toBeGreaterThan(0.8);
    expect(value.embedder.probe.same_meaning).toBeLessThan(0.2);
    const { stdout } = await runCli(['status'], { data });
    expect(stdout).toMatch(/Embedder .*same meaning in other words 0\.\d+.*meaning only will be missed/u);
    const doctor = await runJson<Doctor>(['doctor'], { data });
    expect(doctor.value.checks.find(({ check }) => check === 'embedder')).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/meaning only will be missed/u),
    });
  });

  it('name the chosen one, count what was sent, and have nothing to warn of', async () => {
    const data = temporaryDirectory();
    const { baseUrl } = await startEmbeddingServer();
    const { value } = await runJson<Status>(['status'], { data, env: chooses(baseUrl) });
    expect(value.embedder).toMatchObject({ name: 'openai:words-1:256', lexical: false, usage: { calls: 2 } });
    expect(value.embedder.probe.same_meaning).toBeGreaterThan(0.3);
    expect(value.embedder.note).toBeUndefined();
  });

  it('doctor fails when the chosen one gives no vectors, and says what to do', async () => {
    const data = temporaryDirectory();
    const { baseUrl } = await startEmbeddingServer(({ input }) => (input.length > 1 ? broken() : undefined));
    const { code, value } = await runJson<Doctor>(['doctor'], { data, env: chooses(baseUrl) });
    expect(code).toBe(1);
    expect(value.checks.find(({ check }) => check === 'embedder')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/answered 500/u),
      hint: expect.stringMatching(/hashing/u),
    });
  });
});

describe('a search with an embedder that knows what means the same', () => {
  it('finds what the offline one misses', async () => {
    const { baseUrl } = await startEmbeddingServer();
    const run = {
      task: { description: 'Compilation fails since updating' },
      steps: [{ action: 'rm -rf out', observation: '' }],
      outcome: { success: true, verdict: { source: 'test' as const } },
    };
    const ask = async (embedder: Parameters<typeof openKnowhow>[0]) => {
      const knowhow = await openKnowhow({
        data: temporaryDirectory(),
        llm: false,
        log_level: 'silent',
        ...embedder,
      });
      await knowhow.record(run);
      const { experiences } = await knowhow.retrieve({ task: 'Broken build' });
      await knowhow.close();
      return experiences.length;
    };
    const chosen = { kind: 'openai' as const, model: 'words-1', base_url: baseUrl, dimensions: 256 };
    expect(await ask({ embedder: chosen })).toBe(1);
    expect(await ask({})).toBe(0);
  });
});
