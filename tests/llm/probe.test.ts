import { describe, expect, it } from 'vitest';
import { EmbedderConfig } from '../../src/config.ts';
import { words } from '../../src/learners/words.ts';
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import { createOpenAiEmbedder } from '../../src/llm/openai-embedder.ts';
import { MISSES_MEANING, PAIRS, probeEmbedder, probeLine } from '../../src/llm/probe.ts';
import { broken, type EmbeddingScript, startEmbeddingServer } from '../support/openai-server.ts';

async function served(script?: EmbeddingScript) {
  const { baseUrl, requests } = await startEmbeddingServer(script, 256);
  const config = EmbedderConfig.parse({ kind: 'openai', model: 'm', base_url: baseUrl, dimensions: 256 });
  return { embedder: await createOpenAiEmbedder(config, { redact: (text) => text }), requests };
}

describe('the probe of an embedder', () => {
  it('asks about pairs that are what they are said to be', () => {
    const bag = (text: string) => new Set(words(text));
    const shared = ([a, b]: readonly [string, string]) =>
      [...bag(a)].filter((word) => bag(b).has(word)).length;
    expect(shared(PAIRS.same_meaning)).toBe(0);
    expect(shared(PAIRS.nothing)).toBe(0);
    expect(bag(PAIRS.same_words[0])).toEqual(bag(PAIRS.same_words[1]));
  });

  it('shows that the offline embedder goes by words, and says what that means', async () => {
    const probed = await probeEmbedder(createHashingEmbedder());
    expect(probed).toMatchObject({ lexical: true, dimensions: 512, note: MISSES_MEANING });
    expect(probed.probe.same_words).toBeGreaterThan(0.8);
    expect(probed.probe.same_meaning).toBeLessThan(0.2);
    expect(probeLine(probed)).toMatch(
      /^same meaning in other words -?0\.\d+, same words in another meaning 0\.\d+$/u,
    );
  });

  it('has nothing to say of one that knows what means the same, for one call', async () => {
    const { embedder, requests } = await served();
    const probed = await probeEmbedder(embedder);
    expect(probed.note).toBeUndefined();
    expect(probed.probe.same_meaning).toBeGreaterThan(0.3);
    expect(requests).toHaveLength(1);
  });

  it('doubts one that only claims to', async () => {
    const claims = { ...createHashingEmbedder(), name: 'claims', lexical: false };
    expect((await probeEmbedder(claims)).note).toMatch(/claims to go by meaning/u);
  });

  it('says that one gives no vectors, and why', async () => {
    const { embedder } = await served(() => broken());
    const probed = await probeEmbedder(embedder);
    expect(probed).toMatchObject({
      probe: { same_words: null, same_meaning: null },
      note: expect.stringMatching(/keywords alone/u),
      error: { code: 'embedder_down' },
    });
  });
});
