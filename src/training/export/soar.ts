/**
 * The buckets of SOAR (Pourcel, Colas & Oudeyer 2025, arXiv:2507.14172) with the weights of seed 001. A model learns to answer
 * (sampling) and to mend (refinement); what was rejected is beside them, in a column that no trainer knows: not `rejected`, by which TRL
 * would take the rows for preference pairs.
 *
 * An accepted retry is both. That it was found on the third try does not make it less of an answer to the specification, and
 * without it sampling would learn from the tasks alone that were easy at once. SOAR, too, samples from all that it found. A run
 * of several steps is the exception: what it did may build on what the attempts before it left behind.
 */
import type { TrainingExample } from '../../types/training.ts';
import type { Told } from './formats.ts';
import { decimal } from './line.ts';
import { asking, assistant, promptsOf, unfitAsOne } from './messages.ts';
import { fitted, type Room } from './room.ts';

const SOAR_WEIGHTS = { sampling: 2.0, refinement: 1.5, error: 1.0 };
type Bucket = keyof typeof SOAR_WEIGHTS;

export function tellSoar(example: TrainingExample, room: Room): Told[] {
  if (!example.label) return [told('error', example, room)];
  if (example.attempts.length === 0) return [told('sampling', example, room)];
  const refined = told('refinement', example, room);
  const again = (example.steps ?? 1) === 1 ? [told('sampling', { ...example, attempts: [] }, room)] : [];
  return [...again, refined];
}

function told(bucket: Bucket, example: TrainingExample, room: Room): Told {
  const { output } = example;
  const why = unfitAsOne(example, room);
  if (why) return { left_out: why };
  const prompts = promptsOf(example);
  const found = fitted(
    prompts.length,
    (i) => asking(prompts[i] ?? ''),
    (prompt) => [[...prompt, ...assistant(output)]],
    room,
  );
  if ('left_out' in found) return found;
  const line = {
    bucket,
    weight: decimal(SOAR_WEIGHTS[bucket]),
    prompt: found.made,
    completion: bucket === 'error' ? [] : assistant(output),
    negative: bucket === 'error' ? output : '',
  };
  return { ...found, line, kind: bucket };
}
