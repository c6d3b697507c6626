/** Names and numbers in Markdown: stored text that stays text. */
import { withoutInstructions } from '../../learners/instructions.ts';
import { cleanText } from '../../text.ts';

const LONGEST_NAME = 100;

/** On one line, with every sign that could be markup escaped; what reads like an order to a model is not told. */
export function nameIn(text: string): string {
  const plain = withoutInstructions(
    cleanText(text).replace(/\s+/gu, ' ').trim().slice(0, LONGEST_NAME).toWellFormed(),
  );
  return (
    plain
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*~[\]|#$@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
      .replace(/^(\d+)([.)])/u, String.raw`$1\$2`)
      .replace(/^[-+=:]/u, String.raw`\$&`)
      // What would become a link by itself.
      .replace(/:(?=\/\/)|(?<=\bwww)\./giu, String.raw`\$&`)
  );
}

/** Cells are Markdown already. Columns but the first hold numbers, unless they are said to hold text. */
export function tableOf(head: string[], rows: string[][], holds: 'numbers' | 'text' = 'numbers'): string {
  const lines = head.map((_, c) => (c === 0 || holds === 'text' ? '---' : '---:'));
  return [head, lines, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export const grouped = (count: number): string => count.toLocaleString('en-US');

export const numberIn = (value: number): string =>
  Number.isInteger(value) ? grouped(value) : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });

export const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '–';
