/** Alpaca: the specification as the instruction, the last two feedbacks as its input, and the answer (Taori et al. 2023). */
import type { TrainingExample } from '../../types/training.ts';
import { alpacaOf } from '../examples/prompt.ts';
import type { Told } from './formats.ts';
import { unfitAsOne } from './messages.ts';
import { fitted, type Room } from './room.ts';

export function tellAlpaca(example: TrainingExample, room: Room): Told {
  if (!example.label) return { left_out: 'rejected_answer' };
  const why = unfitAsOne(example, room);
  if (why) return { left_out: why };
  const { specification, attempts } = example;
  // The last two feedbacks, then the last one, then none.
  const fewer = [...(attempts.length > 1 ? [attempts.slice(-1)] : []), ...(attempts.length > 0 ? [[]] : [])];
  const told = [attempts, ...fewer];
  const found = fitted(
    told.length,
    (i) => ({
      ...alpacaOf({ specification, attempts: told[i] ?? [] }),
      output: example.output,
    }),
    (row) => [alpacaText(row)],
    room,
  );
  return 'left_out' in found ? found : { ...found, line: found.made };
}

/** As trainers lay it out, to be counted. */
const alpacaText = ({
  instruction,
  input,
  output,
}: Record<'instruction' | 'input' | 'output', string>): string =>
  `Below is an instruction that describes a task${input === '' ? '' : ', paired with an input that provides further context'}. Write a response that appropriately completes the request.\n\n### Instruction:\n${instruction}\n\n${input === '' ? '' : `### Input:\n${input}\n\n`}### Response:\n${output}`;
