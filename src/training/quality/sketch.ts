/** What is kept of an example while all of them are compared: half a million sketches fit into memory, the examples do not. */
import { joinSignatures, type Signature, signatureOf } from '../../learners/minhash.ts';
import type { TrainingExample } from '../../types/training.ts';

export interface Sketch {
  id: string;
  item_id: string;
  task_key: string;
  project: string;
  created_at: string;
  label: boolean;
  domain: string;
  task_type: string;
  difficulty: number;
  quality: number | null;
  confidence: number;
  /** Calls that were made. */
  actions: number;
  retry_count: number;
  input_chars: number;
  output_chars: number;
  /** Of what is asked. */
  asked: Signature;
  /** Of what is asked and answered, each counting half: two answers to one long question are not alike for the question. */
  whole: Signature;
}

/** About a kilobyte an example, whatever its length. */
export function sketchOf(example: TrainingExample): Sketch {
  const asked = signatureOf(example.specification);
  return {
    id: example.id,
    item_id: example.item_id,
    task_key: example.task_key,
    project: example.project,
    created_at: example.created_at,
    label: example.label,
    domain: example.domain,
    task_type: example.task_type,
    difficulty: example.difficulty,
    quality: example.quality,
    confidence: example.confidence,
    actions: example.expected_actions.length,
    retry_count: example.retry_count,
    input_chars: example.specification.length,
    output_chars: example.output.length,
    asked,
    whole: joinSignatures(asked, signatureOf(example.output)),
  };
}
