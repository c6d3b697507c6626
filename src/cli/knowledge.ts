/** Commands about what was learned: `learn`, `reflect`, `retrieve`, `match-error`. They run the tools that agents call. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type Context, withoutCache } from '../context.ts';
import { callerError } from '../errors.ts';
import { createPipeline, type LearningPipeline } from '../learning/pipeline.ts';
import { RESTORED } from '../learning/prune.ts';
import { KINDS } from '../learning/reflection/kinds.ts';
import { readAnswer } from '../llm/structured.ts';
import { PENDING } from '../memory/memory.ts';
import type { ToolDefinition } from '../tools/define.ts';
import { HELD_OUT } from '../tools/hold-out.ts';
import { runBatchLearningTool } from '../tools/learn.ts';
import { prepareReflectionTool, submitReflectionTool } from '../tools/reflection.ts';
import { matchErrorTool, retrieveStrategiesTool } from '../tools/retrieve.ts';
import { answer, wholeNumber, withContext } from './frame.ts';

export function addKnowledge(program: Command): void {
  program
    .command('learn')
    .description('Learn from the runs recorded since the last batch')
    .option('--min <n>', 'new runs needed; 0 takes any number (default: from the configuration)', wholeNumber)
    .option('--max-seconds <n>', 'stop after this long; the next call continues', wholeNumber, 600)
    .option('--all', 'analyse and learn from every run again, e.g. after an upgrade')
    .option('--no-cache', 'ask the language model anew, and keep nothing of what it answers')
    .action((options: LearnOptions, command: Command) =>
      withContext(command, async (opened, global) => {
        const ctx = options.cache ? opened : withoutCache(opened);
        if (options.all) await learnAgain(ctx, global.project);
        const args = {
          min_trajectories: options.all ? 0 : options.min,
          max_seconds: options.maxSeconds,
          project: global.project,
        };
        const progress = (done: number, total: number, what: string) => {
          if (process.stderr.isTTY && !global.json)
            process.stderr.write(`\r\u001b[K${done} of ${total}: ${what}`);
        };
        const result = await call(runBatchLearningTool, args, ctx, progress, pipelineFor(ctx, options.all));
        if (process.stderr.isTTY && !global.json) process.stderr.write('\r\u001b[K');
        const llm = ctx.llm && { model: ctx.llm.model, ...ctx.llm.usage };
        answer(global, llm ? { ...result, llm } : result, () =>
          result.ran
            ? `Learned from ${result.reason}: ${result.strategies_extracted} strategies, ${result.concepts_extracted} code concepts, ${result.error_patterns_extracted} error patterns; ${result.experiences_pruned} runs archived.${result.notes
                .slice(0, MOST_NOTES)
                .map((note) => `\n${note}`)
                .join('')}`
            : `Nothing to do: ${result.reason}.`,
        );
      }),
    );

  program
    .command('reflect')
    .description(
      'Judge yourself what a language model would be asked: prints material, then takes the answer',
    )
    .argument('[run]', 'id of a stored run; left out: what would gain most')
    .option('--kind <kind>', `one of ${KINDS.join(', ')}`)
    .option('--prepare', 'print the material and the schema (the default)')
    .option('--submit <file>', 'JSON {reflection_id, answer}, `-` for standard input')
    .action((run: string | undefined, options: { kind?: string; submit?: string }, command: Command) =>
      withContext(command, async (ctx, global) => {
        if (options.submit !== undefined) {
          const given = readAnswer(await readText(options.submit), z.record(z.string(), z.unknown()));
          if (!given.ok)
            throw callerError('usage', 'What is submitted has to be {reflection_id, answer} as JSON.');
          const taken = await call(submitReflectionTool, given.value, ctx);
          answer(global, taken, () =>
            [
              `${taken.changed ? 'Stored' : 'Known before'}: ${taken.record_id} (${taken.kind}).`,
              ...taken.notes,
            ].join('\n'),
          );
          return;
        }
        const args = { trajectory_id: run, kind: options.kind, project: global.project };
        const prepared = await call(prepareReflectionTool, args, ctx);
        answer(global, prepared, () =>
          prepared.reflection_id === null
            ? prepared.instructions
            : [
                prepared.reflection_id,
                prepared.instructions,
                prepared.material,
                JSON.stringify(prepared.schema),
              ].join('\n\n'),
        );
      }),
    );

  program
    .command('retrieve')
    .description('What is known about a task: what retrieve_strategies gives an agent')
    .argument('<task>', 'the task, in the words in which it was given')
    .option('--error <text>', 'error text you are stuck at')
    .option('--task-id <id>', "the task's id, as record_trajectory names it")
    .option('-k <n>', 'most records of each kind', wholeNumber, 4)
    .option('--max-tokens <n>', 'budget of the answer', wholeNumber, 900)
    .action(
      (
        task: string,
        options: { error?: string; taskId?: string; k: number; maxTokens: number },
        command: Command,
      ) =>
        withContext(command, async (ctx, global) => {
          const args = {
            task,
            task_id: options.taskId,
            error: options.error,
            k: options.k,
            max_tokens: options.maxTokens,
            project: global.project,
          };
          const found = await call(retrieveStrategiesTool, args, ctx);
          answer(global, found, () => retrievalText(found));
        }),
    );

  program
    .command('match-error')
    .description('Known fixes for an error; reads standard input when no text is given')
    .argument('[text]', 'the message or the whole trace')
    .option('--task <text>', 'the task at which it was met: a hold-out holds for it')
    .option('--task-id <id>', "the task's id, as record_trajectory names it")
    .action((text: string | undefined, options: { task?: string; taskId?: string }, command: Command) =>
      withContext(command, async (ctx, global) => {
        const found = await call(
          matchErrorTool,
          {
            error: text ?? (await readStdin()),
            task: options.task,
            task_id: options.taskId,
            project: global.project,
          },
          ctx,
        );
        answer(global, found, () =>
          found.reason === HELD_OUT
            ? TOLD_HELD_OUT
            : found.matches.length > 0
              ? found.matches.map(errorText).join('\n\n')
              : 'This error is not known.',
        );
      }),
    );
}

function pipelineFor(ctx: Context, anew = false): LearningPipeline {
  const pipeline = createPipeline(ctx);
  return { ...pipeline, runBatchLearning: (batch) => pipeline.runBatchLearning({ ...batch, anew }) };
}

/** Makes every active run wait for the next batch, but for those that somebody brought back from the archive. */
async function learnAgain({ memory: { trajectories } }: Context, project: string | undefined): Promise<void> {
  const active = { project, status: 'active' };
  const batch = [...(await trajectories.tally('batch', active)).keys()].filter((each) => each !== RESTORED);
  await trajectories.mark({ ...active, batch }, { batch: PENDING });
}

interface LearnOptions {
  min?: number;
  maxSeconds: number;
  all?: boolean;
  cache: boolean;
}

/** More would hide what was learned. */
const MOST_NOTES = 10;

/** Runs a tool as a client would: arguments checked, the same code, the same answer. */
async function call<I extends z.ZodType, O extends z.ZodType>(
  tool: ToolDefinition<I, O>,
  args: unknown,
  ctx: Context,
  progress: (done: number, total: number, message: string) => void = () => undefined,
  pipeline = createPipeline(ctx),
): Promise<z.output<O>> {
  const parsed = tool.input.safeParse(args);
  if (!parsed.success) throw callerError('usage', z.prettifyError(parsed.error));
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop);
  try {
    return tool.output.parse(await tool.run(parsed.data, { ctx, pipeline, signal: abort.signal, progress }));
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

type Found = z.output<typeof retrieveStrategiesTool.output>;

/** For people: an agent is told the bare word. */
const TOLD_HELD_OUT =
  'This task is held out: what is known is withheld, so that `knowhow report` has something to compare with.';

function retrievalText(found: Found): string {
  if (found.reason === HELD_OUT) return TOLD_HELD_OUT;
  if (!found.known) return found.reason ?? 'Nothing known.';
  const blocks = [
    ...found.strategies.map(({ situation, suggestion, pitfalls, evidence, status, id }) =>
      [
        `▸ ${situation}`,
        `  ${suggestion}`,
        ...pitfalls.map((pitfall) => `  ! ${pitfall}`),
        `  ${status}; worked ${evidence.worked} of ${evidence.tried}${evidence.without ? `; ${evidence.without}` : ''}; ${id}, from ${evidence.from.join(', ')}`,
      ].join('\n'),
    ),
    ...found.error_patterns.map(errorText),
    ...found.concepts.map(
      ({ name, signature, description, code, used }) =>
        `◦ ${name}: ${signature}\n  ${description} (${used})\n${code.replace(/^/gmu, '    ')}`,
    ),
    ...found.experiences.map(({ task, success, judged_by, key_steps, error, id }) =>
      [
        `· ${success === null ? 'unknown' : success ? 'solved' : 'failed'} (${judged_by}): ${task}`,
        ...key_steps.map((step) => `    ${step}`),
        ...(error ? [`    error: ${error}`] : []),
        `    ${id}`,
      ].join('\n'),
    ),
  ];
  return blocks.join('\n\n');
}

const errorText = ({
  name,
  frequency,
  suggested_fix,
  support,
  also,
  id,
}: Found['error_patterns'][number]): string =>
  [
    `✗ ${name}, met ${frequency} times`,
    suggested_fix === ''
      ? '  no fix is known'
      : `  fix: ${suggested_fix} (worked ${support.worked} of ${support.tried})`,
    ...(also ?? []).map((other) => `  also: ${other}`),
    `  ${id}`,
  ].join('\n');

async function readText(path: string): Promise<string> {
  if (path === '-') return readStdin();
  return readFile(path, 'utf8').catch((cause) => {
    throw callerError('unreadable_path', `${path} cannot be read.`, 'Check the path.', { cause });
  });
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) throw callerError('usage', 'Give the text, or pipe it in.');
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}
