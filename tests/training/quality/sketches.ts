/** Examples as their sketches, for tests. */
import { signatureOf } from '../../../src/learners/minhash.ts';
import type { Sketch } from '../../../src/training/quality/sketch.ts';

const NO_TEXT = signatureOf('');

export const SETTINGS = { accept: 0.7, review: 0.56, least_confidence: 0.6, seed: 42 };

/** An accepted answer to a task of its own. */
export function sketch(id: number | string, facts: Partial<Sketch> = {}): Sketch {
  return {
    id: `ex_${id}`,
    item_id: `traj_${id}`,
    task_key: `task ${id}`,
    project: 'p',
    created_at: '2026-01-01T00:00:00Z',
    label: true,
    domain: 'coding',
    task_type: 'multi_step',
    difficulty: 0.5,
    quality: 90,
    confidence: 0.9,
    actions: 2,
    retry_count: 0,
    input_chars: 400,
    output_chars: 900,
    asked: NO_TEXT,
    whole: NO_TEXT,
    ...facts,
  };
}
