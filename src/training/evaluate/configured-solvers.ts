/** Solvers as a memory's settings have them: whose key goes where, and what a report may call them. */
import type { Context } from '../../context.ts';
import type { Solver } from './solver.ts';
import { commandSolver } from './solver-command.ts';
import { endpointSolver } from './solver-endpoint.ts';

/** Of one answer: 0.7, 1,024 tokens and 120 s where not said otherwise. */
export interface SolverLimits {
  temperature?: number;
  maxTokens?: number;
  timeoutMs?: number;
}
const LIMITS = { temperature: 0.7, maxTokens: 1_024, timeoutMs: 120_000 };

/** A command, run where the process is: the prompt on stdin, the answer on stdout. `memoryMb`: 8,192. */
export const solverOfCommand = (
  ctx: Context,
  command: string,
  limits: SolverLimits & { memoryMb?: number } = {},
): Solver =>
  commandSolver({
    ...LIMITS,
    memoryMb: 8_192,
    ...limits,
    command,
    name: ctx.redactor.redact(command).text,
    startedIn: process.cwd(),
  });

/** A model at an OpenAI-compatible endpoint, by default the configured one; the configured key goes to that one alone. */
export function solverOfModel(
  ctx: Context,
  model: string,
  {
    baseUrl,
    key,
    ...limits
  }: SolverLimits & { baseUrl?: string | undefined; key?: string | { file: string } | undefined } = {},
): Solver {
  const { llm } = ctx.config;
  const isConfigured = baseUrl === undefined || baseUrl === llm?.base_url;
  return endpointSolver({
    ...LIMITS,
    ...limits,
    model,
    baseUrl: baseUrl ?? llm?.base_url,
    key: key ?? (isConfigured ? llm?.api_key : undefined),
    redact: (text) => ctx.redactor.redact(text).text,
  });
}
