/** One judged run as one training example: what was asked, what came before, what it answered, and what is known of that. */
import { createHash } from 'node:crypto';
import { canonicalJson, contentId } from '../../learners/content-id.ts';
import { contradictionIn } from '../../learners/contradiction.ts';
import { MARK } from '../../redact/finding.ts';
import { type Step, TrainingExample, Trajectory } from '../../types.ts';
import type { Item, ItemFacts, TaskItems } from '../provenance/items.ts';
import { isMessage, isPlanning } from './acts.ts';
import { type Answer, answerOf } from './answer.ts';
import { specificationOf } from './asked.ts';
import { isCode } from './code.ts';
import { gradedAs } from './graded.ts';
import { MOST_ATTEMPTS } from './prompt.ts';
import { isRefused, tagsOf } from './tags.ts';
import { difficultyOf, domainOf } from './task-traits.ts';

/** Why there is none: `left_out` where it must not or need not be one, `broken` where the run cannot be read. */
export type Made = { example: TrainingExample } | { left_out: string } | { broken: string };

export function exampleOf(run: Trajectory, item: Item, pass: TaskItems['pass']): Made {
  if (run.id !== item.id || !Trajectory.safeParse(run).success) return { broken: 'unreadable_run' };
  const label = run.outcome.success;
  if (label === null) return { left_out: 'not_judged' };
  if (contradictionIn(run.outcome) !== undefined) return { left_out: 'contradictory_outcome' };
  const tags = tagsOf(run);
  if (isRefused(tags)) return { left_out: 'no_consent' };
  const asked = specificationOf(run);
  if ('left_out' in asked) return asked;
  const answered = answerOf(run, label);
  if ('left_out' in answered) return answered;
  const { answer } = answered;
  // A prompt that calls an answer rejected, and that answer as the one to give: two verdicts on one text.
  if (label && isAmong(lastAttempts(item.ancestors), item)) return { left_out: 'answered_as_rejected' };
  const trace_hash = traceHash(run);
  const example: TrainingExample = {
    id: contentId('ex', [run.id, trace_hash]),
    item_id: run.id,
    task_key: item.task_key,
    project: run.project,
    created_at: run.at,
    label,
    specification: asked.specification,
    attempts: asTold(lastAttempts(item.ancestors)),
    ...answer,
    source: item.source,
    source_type: sourceTypeOf(run, item),
    task_type: taskTypeOf(run, answer),
    domain: domainOf(run.task),
    difficulty: difficultyOf(pass, item.retry_count),
    ...gradedAs(run),
    retry_count: item.retry_count,
    ...(item.incomplete ? { chain_incomplete: true as const } : {}),
    ...defined({
      action_pair_id: run.action_pair,
      workflow_id: run.workflow,
      agent: run.agent,
      model: run.model,
    }),
    ...tags,
    ...(isRedacted(run, asked.specification, answer.output) ? { redacted: true as const } : {}),
    trace_hash,
  };
  return TrainingExample.safeParse(example).success ? { example } : { broken: 'unreadable_run' };
}

/** Attempts that an answer is told of: the last that were refused, oldest first, superseded since or not. */
export const lastAttempts = (ancestors: ItemFacts[]): ItemFacts[] =>
  ancestors.filter(({ passed }) => passed === false).slice(-MOST_ATTEMPTS);

export const asTold = (attempts: ItemFacts[]): TrainingExample['attempts'] =>
  attempts.map(({ id, told: { answer, feedback } }) => ({ item_id: id, answer, feedback }));

/** Whether one of these attempts answered the same. */
export const isAmong = (attempts: ItemFacts[], { answered }: ItemFacts): boolean =>
  attempts.some((attempt) => attempt.answered === answered);

/** Secrets were taken out when it was stored, or before it came here. */
const isRedacted = ({ metadata }: Trajectory, ...texts: string[]): boolean =>
  metadata?.redacted !== undefined || texts.some((text) => text.includes(MARK));

/** Of what was asked, done and seen, and nothing that storing or judging adds. */
const traceHash = ({ task, steps }: Trajectory): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        asked: [task.description, task.context],
        steps: steps.map(({ thought, action, tool, args, observation, error, exit_code }) => [
          thought,
          action,
          tool,
          args,
          observation,
          error,
          exit_code,
        ]),
      }),
    )
    .digest('hex');

/**
 * A plan is planning; an answer of code without any call is code generation; else it goes by the number of calls, as seed 002
 * says: none single-step, up to three multi-step, more reasoning. Where no step names a tool, acts that something came of are calls,
 * messages excepted.
 */
function taskTypeOf(run: Trajectory, { output }: Answer): TrainingExample['task_type'] {
  if (isPlanning(run)) return 'planning';
  const named = run.steps.filter(({ tool }) => tool !== undefined).length;
  const acts = run.steps.length > 1 ? run.steps.filter(isCall).length : 0;
  const calls = named > 0 ? named : acts;
  if (calls > 3) return 'reasoning';
  if (calls > 0) return 'multi_step';
  return isCode(output) ? 'code_generation' : 'single_step';
}

const isCall = (step: Step): boolean => step.observation !== '' && !isMessage(step);

function sourceTypeOf(run: Trajectory, item: Item): TrainingExample['source_type'] {
  if (item.source === 'human') return 'human_annotated';
  if (run.metadata?.synthetic === true) return 'synthetic';
  return isPlanning(run) ? 'planning_trace' : 'execution_trace';
}

const defined = <T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
