/** Every format in one table: what it is, who reads it, and how a row of a dataset is told in it. */
import type { PreferenceExample, TrainingExample } from '../../types/training.ts';
import { trainingError } from '../codes.ts';
import { tellAlpaca } from './alpaca.ts';
import { tellChat, tellChatOpenai } from './chat.ts';
import type { LeftOut } from './messages.ts';
import { tellDpo, tellDpoOpenai } from './preference.ts';
import { tellKto, tellPlain, tellPromptCompletion } from './prompt-completion.ts';
import type { Room } from './room.ts';
import { tellSoar } from './soar.ts';

/** One line of an export, or why there is none. */
export type Told =
  | { left_out: LeftOut }
  | {
      line: Record<string, unknown>;
      /** Something of what came before the answer was left out, to fit. */
      shortened: boolean;
      /** Of the whole row, where they were counted. */
      tokens?: number;
      /** What is counted apart, such as SOAR's buckets. */
      kind?: string;
    };

interface Named {
  name: string;
  means: string;
  /** Who reads it. */
  readers: string;
  /** Its readers may refuse columns that they do not know: where rows came from is written beside it. */
  strict?: true;
}
export type RowFormat = Named & { of: 'rows'; tell(example: TrainingExample, room: Room): Told | Told[] };
export type PairFormat = Named & { of: 'pairs'; tell(pair: PreferenceExample, room: Room): Told };
export type Format = RowFormat | PairFormat;

export const FORMATS: Format[] = [
  {
    name: 'chat',
    means: '{messages}: conversations that end with the answer; runs of several steps turn by turn',
    readers: 'TRL (SFT), Axolotl, Unsloth, torchtune',
    of: 'rows',
    tell: tellChat,
  },
  {
    name: 'chat-openai',
    means: '{messages}: the same; steps that failed on the way have weight 0',
    readers: 'OpenAI and what takes its files',
    strict: true,
    of: 'rows',
    tell: tellChatOpenai,
  },
  {
    name: 'prompt-completion',
    means: '{prompt, completion}: conversational, the loss falls on the answer alone',
    readers: 'TRL (SFT)',
    of: 'rows',
    tell: tellPromptCompletion,
  },
  {
    name: 'prompt-completion-text',
    means: '{prompt, completion}: plain text, for base models',
    readers: 'TRL (SFT)',
    of: 'rows',
    tell: tellPlain,
  },
  {
    name: 'alpaca',
    means: '{instruction, input, output}: input is the last two feedbacks',
    readers: 'LLaMA-Factory, Axolotl, torchtune',
    of: 'rows',
    tell: tellAlpaca,
  },
  {
    name: 'dpo',
    means: '{prompt, chosen, rejected}: conversational preference pairs',
    readers: 'TRL (DPO, reward models)',
    of: 'pairs',
    tell: tellDpo,
  },
  {
    name: 'dpo-openai',
    means: '{input, preferred_output, non_preferred_output}: preference pairs',
    readers: 'OpenAI',
    strict: true,
    of: 'pairs',
    tell: tellDpoOpenai,
  },
  {
    name: 'kto',
    means: '{prompt, completion, label}: accepted and rejected answers, each by itself',
    readers: 'TRL (KTO)',
    of: 'rows',
    tell: tellKto,
  },
  {
    name: 'soar',
    means:
      '{bucket, weight, prompt, completion, negative}: sampling 2.0, refinement 1.5, error 1.0 (a negative)',
    readers: 'trainers of your own, TRL (SFT) by bucket',
    of: 'rows',
    tell: tellSoar,
  },
];

/** @throws KnowhowError `E7501`. */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((each) => each.name === name);
  if (!format) throw trainingError('E7501', `There are ${FORMATS.map((each) => each.name).join(', ')}.`);
  return format;
}
