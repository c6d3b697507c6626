/** Examples of stored runs that a build would hand to the review queue. */
import { contentId } from '../../src/learners/content-id.ts';
import { taskKey } from '../../src/memory/memory.ts';
import type { Waiting } from '../../src/training/review/queue.ts';
import type { QualityJudgement, Trajectory } from '../../src/types.ts';

/** Doubtful: nobody graded it. */
export const DOUBTFUL: QualityJudgement = {
  verdict: 'review',
  composite: null,
  quality: null,
  confidence: 0.8,
  diversity: 0.5,
  informativeness: 0.25,
  reasons: ['nobody graded it'],
};

export const waitingOf = (run: Trajectory): Waiting => ({
  example: {
    id: contentId('ex', run.id),
    item_id: run.id,
    task_key: taskKey(run.project, run.task),
    project: run.project,
    created_at: run.at,
    label: run.outcome.success === true,
    specification: run.task.description,
    attempts: [],
    output: run.steps.map(({ action }) => action).join('\n'),
    expected_actions: [],
    source: 'generated',
    source_type: 'execution_trace',
    task_type: 'multi_step',
    domain: run.task.domain ?? 'general',
    difficulty: 0.5,
    quality: null,
    confidence: 0.8,
    judged_by: 'test',
    reward: null,
    retry_count: 0,
    trace_hash: contentId('trace', run.steps),
  },
  judgement: DOUBTFUL,
});
