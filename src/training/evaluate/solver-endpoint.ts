/** Any endpoint that speaks OpenAI's chat completions as the solver: one message, the prompt. */
import { createPlainModel, type PlainOptions } from '../../llm/openai-plain.ts';
import { SYSTEM_PROMPT } from '../examples/prompt.ts';
import type { Solver } from './solver.ts';

export function endpointSolver(options: Omit<PlainOptions, 'system'>): Solver {
  const { model, temperature, maxTokens, timeoutMs } = options;
  const { endpoint, refused, ask } = createPlainModel({ ...options, system: SYSTEM_PROMPT });
  return {
    name: model,
    settings: {
      kind: 'endpoint',
      model,
      endpoint,
      temperature,
      max_tokens: maxTokens,
      timeout_ms: timeoutMs,
    },
    solve: ({ prompt, seed, signal }) => ask(prompt, seed, signal),
    remarks: () =>
      (['seed', 'temperature'] as const)
        .filter((name) => refused.has(name))
        .map((name) => `The endpoint does not take a ${name}: its answers are drawn without.`),
  };
}
