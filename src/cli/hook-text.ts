/**
 * What a hook adds to an agent's context: a few lines of quoted data. What reads like an order was kept out of the hints
 * when they were written (ingest/hints-write.ts): looking for it takes longer than a hook may.
 */
import { createHash } from 'node:crypto';
import type { Line } from '../ingest/hint-lines.ts';
import { cleanText } from '../text.ts';
import { quoted } from '../tools/fence.ts';

/** Prose takes about 4 characters a token, code 3, ids 2; fewer than the mix keeps it on the safe side, as tools/budget.ts has it. */
const CHARS_PER_TOKEN = 2.9;

/**
 * The lines that fit into so many tokens, fenced as data; '' for none. The same lines always give the same text, so that
 * what a host has cached of its context stays good.
 */
export function contextOf(
  lines: Line[],
  mostTokens: number,
): { text: string; ids: string[]; tokens: number } {
  const told: Line[] = [];
  let text = '';
  for (const { id, text: said } of lines) {
    const line = cleanText(said).replaceAll('\n', ' ');
    const longer = fenced([...told.map((each) => each.text), line]);
    if (longer.length / CHARS_PER_TOKEN > mostTokens) continue;
    told.push({ id, text: line });
    text = longer;
  }
  return { text, ids: told.map(({ id }) => id), tokens: Math.ceil(text.length / CHARS_PER_TOKEN) };
}

function fenced(lines: string[]): string {
  const text = lines.map((line) => `- ${line}`).join('\n');
  // Drawn from the text itself, which cannot hold it: `quoted` draws again where it does.
  let drawn = createHash('sha256').update(text).digest();
  let at = 0;
  return quoted(text, () => {
    if (at + 2 > drawn.length) {
      drawn = createHash('sha256').update(drawn).digest();
      at = 0;
    }
    at += 2;
    return drawn.readUInt16BE(at - 2) / 0x1_0000;
  });
}
