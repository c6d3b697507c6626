/**
 * A command as the solver: the prompt on stdin, the answer is what it prints. It runs where Knowhow was started, with the
 * caller's environment: it is a program that one trusts. `$KNOWHOW_SEED`, `$KNOWHOW_TASK`, `$KNOWHOW_SAMPLE`,
 * `$KNOWHOW_ATTEMPT`, `$KNOWHOW_TEMPERATURE` and `$KNOWHOW_MAX_TOKENS` say more.
 */
import { type Ending, runCommand } from '../../exec/run-command.ts';
import type { Answered, Solver } from './solver.ts';

export interface CommandSolverOptions {
  command: string;
  /** The command as the report may tell it: there may be a key in it. */
  name: string;
  startedIn: string;
  timeoutMs: number;
  memoryMb: number;
  temperature: number;
  maxTokens: number;
}

const OUTPUT_BYTES = 1_000_000;

export function commandSolver(options: CommandSolverOptions): Solver {
  const { command, name, startedIn, timeoutMs, memoryMb, temperature, maxTokens } = options;
  const why: Record<Exclude<Ending, 'exit'>, string> = {
    timeout: `no answer within ${timeoutMs} ms`,
    memory: `it took more than ${memoryMb} MB of memory`,
    output: `it printed more than ${OUTPUT_BYTES} bytes`,
    processes: 'it started too many processes',
    signal: 'it was ended by a signal',
  };
  return {
    name,
    settings: {
      kind: 'command',
      command: name,
      temperature,
      max_tokens: maxTokens,
      timeout_ms: timeoutMs,
      memory_mb: memoryMb,
    },
    async solve({ prompt, task, sample, attempt, seed, signal }): Promise<Answered> {
      const env = {
        KNOWHOW_SEED: String(seed),
        KNOWHOW_TASK: task,
        KNOWHOW_SAMPLE: String(sample),
        KNOWHOW_ATTEMPT: String(attempt),
        KNOWHOW_TEMPERATURE: String(temperature),
        KNOWHOW_MAX_TOKENS: String(maxTokens),
      };
      const ran = await runCommand(
        command,
        { stdin: prompt, in: startedIn, env },
        { timeoutMs, memoryMb, outputBytes: OUTPUT_BYTES, signal },
      );
      if (ran.ended !== 'exit')
        return { trouble: ran.ended === 'signal' ? 'crashed' : ran.ended, reason: why[ran.ended] };
      if (ran.code === 0) return { answer: ran.stdout };
      const absent = ran.code === 126 || ran.code === 127;
      return { trouble: 'crashed', reason: `it ended with ${ran.code}`, ...(absent ? { down: true } : {}) };
    },
  };
}
