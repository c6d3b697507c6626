/** Two answers to one prompt and which of both is preferred: for direct preference optimisation (Rafailov et al. 2023). */
import type { PreferenceExample } from '../../types/training.ts';
import type { Told } from './formats.ts';
import { asking, assistant, type Message, promptsOf, unfit } from './messages.ts';
import { fitted, type Room } from './room.ts';

interface Preference {
  prompt: Message[];
  chosen: Message[];
  rejected: Message[];
}

/** TRL. */
export const tellDpo = (pair: PreferenceExample, room: Room): Told =>
  told(pair, room, ({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected }));

/** OpenAI. */
export const tellDpoOpenai = (pair: PreferenceExample, room: Room): Told =>
  told(pair, room, ({ prompt, chosen, rejected }) => ({
    input: { messages: prompt },
    preferred_output: chosen,
    non_preferred_output: rejected,
  }));

function told(
  pair: PreferenceExample,
  room: Room,
  lay: (found: Preference) => Record<string, unknown>,
): Told {
  const why = unfit(pair.chosen, room) ?? unfit(pair.rejected, room);
  if (why) return { left_out: why };
  const prompts = promptsOf(pair);
  const found = fitted(
    prompts.length,
    (i): Preference => ({
      prompt: asking(prompts[i] ?? ''),
      chosen: assistant(pair.chosen),
      rejected: assistant(pair.rejected),
    }),
    ({ prompt, chosen, rejected }) => [
      [...prompt, ...chosen],
      [...prompt, ...rejected],
    ],
    room,
  );
  return 'left_out' in found ? found : { ...found, line: lay(found.made) };
}
