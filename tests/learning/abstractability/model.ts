/** A model that always judges the same, asked over real HTTP. */
import type { ConfigInput } from '../../../src/config.ts';
import { startOpenAiServer } from '../../support/openai-server.ts';

/** Settings of a context that asks it. */
export async function judging(said: {
  abstractable: boolean;
  reasoning: string;
}): Promise<ConfigInput['llm']> {
  const judgement = { novelty: 0.9, generalizability: 0.9, complexity: 0.5, ...said };
  const server = await startOpenAiServer(() => judgement);
  return { base_url: server.baseUrl, model: 'small' };
}
