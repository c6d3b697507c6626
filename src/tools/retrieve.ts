/** retrieve_strategies and match_error: what is known, handed back as the few records that fit. */
import { z } from 'zod';
import { freshness } from '../learning/strategies/cites.ts';
import { markStale } from '../learning/strategies/mark-stale.ts';
import { tallyUses, usesOfRecords } from '../learning/uses.ts';
import { matchError } from '../memory/match-error.ts';
import { recall } from '../memory/recall.ts';
import { cleanText } from '../text.ts';
import { Strategy } from '../types.ts';
import { fitBudget, recordTokens } from './budget.ts';
import { defineTool } from './define.ts';
import { askedOf, HELD_OUT, noteRetrieval, retrievalOf } from './hold-out.ts';
import { readable, SENTENCE } from './quoted.ts';
import { conceptView, errorView, experienceView, strategyView } from './views.ts';

const StrategyView = Strategy.pick({
  id: true,
  situation: true,
  suggestion: true,
  pitfalls: true,
  status: true,
}).extend({
  evidence: z.object({
    worked: z.number(),
    tried: z.number(),
    win_rate: z.string().optional(),
    without: z.string().optional(),
    failed_when: z.array(z.string()).optional(),
    used: z.string().optional(),
    from: z.array(z.string()),
  }),
  stale: z.string().optional(),
  explored: z.string().optional(),
});
const ErrorView = z.object({
  id: z.string(),
  name: z.string(),
  signature: z.string(),
  frequency: z.number(),
  suggested_fix: z.string(),
  support: z.object({ worked: z.number(), tried: z.number() }),
  also: z.array(z.string()).optional(),
  used: z.string().optional(),
});

/** Said of a strategy that stands in the last place to be found out about. */
const TO_BE_TRIED = 'less well known than others that fit: here to be tried';

export const retrieveStrategiesTool = defineTool({
  name: 'retrieve_strategies',
  title: 'What is known about a task',
  description:
    'Call before starting a task, and again with `error` when stuck. Returns the few strategies, error fixes, code concepts and earlier runs that fit, with evidence for and against; known: false when nothing does. Pass retrieval_id on to record_trajectory.',
  input: z.strictObject({
    task: z.string().trim().min(1).max(20_000).describe('As given to you'),
    task_id: z.string().optional().describe("record_trajectory's task.id"),
    error: z.string().max(20_000).optional().describe('What you are stuck at'),
    project: z.string().trim().min(1).optional(),
    k: z.number().int().min(1).max(20).default(4).describe('Most records of each kind'),
    max_tokens: z.number().int().min(100).max(20_000).default(900),
  }),
  output: z.object({
    retrieval_id: z.string(),
    known: z.boolean(),
    reason: z.string().optional(),
    strategies: z.array(StrategyView),
    error_patterns: z.array(ErrorView),
    concepts: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        signature: z.string(),
        description: z.string(),
        code: z.string(),
        used: z.string(),
      }),
    ),
    experiences: z.array(
      z.object({
        id: z.string(),
        task: z.string(),
        success: z.boolean().nullable(),
        judged_by: z.string(),
        key_steps: z.array(z.string()),
        error: z.string().optional(),
      }),
    ),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ task, task_id, error, project, k, max_tokens }, { ctx }) {
    const asked = askedOf(ctx, { task, task_id, project });
    const stuckAt = error && ctx.redactor.redact(cleanText(error)).text;
    const found = await recall(ctx.memory, {
      task: asked.description,
      error: stuckAt,
      project: asked.project,
      k,
      now: ctx.now(),
      explore: { share: ctx.config.learning.exploration, random: ctx.random },
    });
    const others = [
      ...found.error_patterns.map(({ pattern }) => pattern.id),
      ...found.concepts.map(({ concept }) => concept.id),
    ];
    const [changed, uses] = await Promise.all([
      freshness(
        ctx,
        found.strategies.map(({ strategy }) => strategy),
      ),
      usesOfRecords(ctx, others),
    ]);
    const usedOf = (id: string) => tallyUses(uses.get(id) ?? []);
    const answer = fitBudget(
      {
        strategies: found.strategies.map(({ strategy, explored }) => ({
          ...strategyView(strategy, changed.get(strategy.id)),
          ...(explored ? { explored: TO_BE_TRIED } : {}),
        })),
        error_patterns: found.error_patterns.map(({ pattern, values }) =>
          errorView(pattern, values, usedOf(pattern.id)),
        ),
        concepts: found.concepts.map(({ concept }) => conceptView(concept, usedOf(concept.id))),
        experiences: found.experiences.map(({ trajectory, experience }) =>
          experienceView(trajectory, experience),
        ),
      },
      max_tokens,
    );
    const fact = retrievalOf(ctx, asked, {
      ids: Object.values(answer).flatMap((records) => records.map(({ id }) => id)),
      explored: answer.strategies.flatMap(({ id, explored }) => (explored ? id : [])),
      tokens: recordTokens(answer),
      error: stuckAt,
    });
    const { id: retrieval_id, known } = fact;
    const [isNew] = await Promise.all([
      known ||
        ctx.memory.trajectories
          .ids({ where: { project: asked.project }, limit: 1 })
          .then((ids) => ids.length === 0),
      noteRetrieval(ctx, fact),
    ]);
    // The answer does not wait for it.
    markStale(ctx, changed).catch((error) => ctx.log.error('stale marks failed', { error: String(error) }));
    if (asked.arm === 'withheld') {
      const nothing = { strategies: [], error_patterns: [], concepts: [], experiences: [] };
      return { retrieval_id, known: false, reason: HELD_OUT, ...nothing };
    }
    return readable({
      retrieval_id,
      known,
      reason: known ? SENTENCE : whyNothing(found.why, isNew ? asked.project : undefined),
      ...answer,
    });
  },
});

/** Without `why` something fits, but the budget was too small for it. `unknown`: the project, if no run of it is recorded. */
const whyNothing = (why: string | undefined, unknown: string | undefined): string =>
  why
    ? `Nothing known: ${why}${unknown === undefined ? '' : ` (no run of project "${unknown}" is recorded)`}.`
    : 'Nothing fits into max_tokens; ask again with more.';

export const matchErrorTool = defineTool({
  name: 'match_error',
  title: 'Known fixes for an error',
  description:
    'Looks an error text up among those met before. Returns the pattern, how often it was met, and the fix that got past it (worked of tried).',
  input: z.strictObject({
    error: z.string().trim().min(1).max(1_000_000).describe('Message or whole trace'),
    task: z.string().max(20_000).optional(),
    task_id: z.string().optional(),
    project: z.string().trim().min(1).optional(),
  }),
  output: z.object({
    known: z.boolean().optional(),
    reason: z.string().optional(),
    matches: z.array(ErrorView),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run({ error, task, task_id, project }, { ctx }) {
    const clean = ctx.redactor.redact(cleanText(error)).text;
    const found = await matchError(ctx.memory, clean, project ?? ctx.config.project, 3);
    const matches = found.map(({ pattern, values }) => errorView(pattern, values));
    const about = task?.trim() || task_id;
    const asked = about ? askedOf(ctx, { task: about, task_id, project }) : undefined;
    if (asked?.arm !== undefined) {
      const chosen = { ids: matches.map(({ id }) => id), tokens: recordTokens({ matches }), error: clean };
      await noteRetrieval(ctx, retrievalOf(ctx, asked, chosen));
    }
    if (asked?.arm === 'withheld') return { known: false, reason: HELD_OUT, matches: [] };
    return readable({ matches });
  },
});
