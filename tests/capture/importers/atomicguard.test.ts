import { describe, expect, it } from 'vitest';
import { PROMPT } from './fixtures.ts';
import { artifact } from './fixtures-formats.ts';
import { folder, readAll, readRun, sorted } from './reading.ts';

const read = (object: object) => readRun('object.json', JSON.stringify(object));

describe('an artifact of AtomicGuard', () => {
  it('is an attempt, judged by its guard', async () => {
    const { draft, key, parent_key } = await read(artifact(2));
    expect({ key, parent_key }).toEqual({
      key: 'atomicguard/artifact-2',
      parent_key: 'atomicguard/artifact-1',
    });
    expect(draft).toMatchObject({
      task: { description: PROMPT, id: expect.stringMatching(/^ap_patch\/[0-9a-f]{24}$/u) },
      steps: [
        {
          action: 'Artifact of ap_patch:\nattempt 2',
          observation: '2 failed',
          error: '2 failed',
        },
      ],
      outcome: { success: false, error: '2 failed', verdict: { source: 'test', detail: 'TestGuard' } },
      workflow: 'workflow-1',
      action_pair: 'ap_patch',
      started_at: '2026-02-03T06:54:12.931Z',
      feedback: [{ text: '2 failed', from: 'TestGuard' }],
      usage: { tokens: 15 },
      metadata: { attempt: 2, source: 'generated' },
    });
  });

  it('is not judged while it is pending, and by a person where the guard asks one', async () => {
    const pending = await read(artifact(1, { status: 'pending', guard_result: null }));
    expect(pending.draft.outcome).toEqual({
      success: null,
      verdict: { source: 'unknown', detail: 'status pending' },
    });
    expect(pending.parent_key).toBeUndefined();
    const guard_result = { passed: true, feedback: 'fine', guard_name: 'HumanReviewGuard' };
    const reviewed = await read(artifact(1, { status: 'superseded', guard_result }));
    expect(reviewed.draft.outcome).toEqual({
      success: true,
      verdict: { source: 'human', detail: 'HumanReviewGuard' },
    });
    expect(reviewed.draft.metadata).toMatchObject({ status: 'superseded' });
    const older = await read(artifact(1, { guard_result: false, feedback: 'no' }));
    expect(older.draft.outcome).toMatchObject({ success: false, error: 'no', verdict: { source: 'test' } });
  });

  it('asks what its specification says, however that was stored', async () => {
    const specification = `${JSON.stringify('Say "done"\nthen stop')}\n\n## Files\na.py`;
    const { draft } = await read(artifact(1, { context: { specification, constraints: 'Be short.' } }));
    expect(draft.task.description).toBe('Say "done"\nthen stop\n\n## Files\na.py\n\nBe short.');
    const other = await read(artifact(1, { context: { specification }, action_pair_id: 'ap_test' }));
    expect(other.draft.task.id).not.toBe(draft.task.id);
  });

  it('lies beside an index and results, which are no runs', async () => {
    const place = await folder({
      'index.json': JSON.stringify({ version: '1.0', artifacts: {}, action_pairs: {}, workflows: {} }),
      'objects/a1.json': JSON.stringify(artifact(1), null, 2),
      'results.jsonl': `${JSON.stringify({ instance_id: 'i', arm: 'a', workflow_status: 'failed' })}\n`,
    });
    const { runs, skipped } = sorted((await readAll(place)).flatMap(({ events }) => events));
    expect(runs).toHaveLength(1);
    expect(skipped).toEqual({ 'index of artifacts': 1, 'result of a workflow': 1 });
  });
});
