/** Plain text that reads well on a terminal: titles, wrapped paragraphs, one progress line. Colour only where it shows. */
import { styleText } from 'node:util';

const WIDTH = Math.min(Math.max(process.stdout.columns ?? 100, 60), 110);
const style = (format: Parameters<typeof styleText>[0], text: string) =>
  styleText(format, text, { stream: process.stdout });

const print = (text = ''): void => void process.stdout.write(`${text}\n`);

export const screen = {
  strong: (text: string): string => style('bold', text),
  faint: (text: string): string => style('dim', text),

  title(text: string): void {
    print();
    print(style(['bold', 'cyan'], text));
    print(style('dim', '─'.repeat(Math.min(WIDTH, text.length))));
  },

  /** A paragraph; `first` stands before its first line, the others are indented as far. */
  text(text: string, first = ''): void {
    for (const line of wrap(text, WIDTH - first.length, first)) print(line);
  },

  /** As it is, indented: code and configuration are copied from here, so no line is broken. */
  verbatim(text: string): void {
    print(text.replace(/^/gmu, '    '));
  },

  gap(): void {
    print();
  },

  /** Replaces the line before; an empty text clears it. Only on a terminal. */
  progress(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  },
};

function wrap(text: string, width: number, first: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(/\s+/gu, ' ').trim().split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, i) => `${i === 0 ? first : ' '.repeat(first.length)}${each}`);
}
