/** The code that a run wrote itself: through editing tools and here-documents, in steps that did not fail. */

import { failureOf } from '../../learners/failures.ts';
import type { Step } from '../../types.ts';

export interface Written {
  /** Where to, '' when the step does not say. */
  path: string;
  code: string;
}

const CONTENT = ['content', 'file_text', 'new_string', 'new_str', 'new_source', 'code'];
const HERE_DOCUMENT = /^([^\n]*?)<<-?\s*(['"]?)(\w+)\2([^\n]*)\n([\s\S]*?)\n[ \t]*\3[ \t]*$/gmu;
const SHORTEST = 20;
const LONGEST = 40_000;

export function writtenCode(steps: Step[]): Written[] {
  return steps
    .filter((step) => !failureOf(step))
    .flatMap((step) => [...throughTools(step), ...throughShell(step)])
    .filter(({ code }) => code.trim().length >= SHORTEST);
}

function throughTools({ args = {} }: Step): Written[] {
  const path = text(args.file_path) || text(args.path) || text(args.notebook_path) || text(args.filename);
  const edits = Array.isArray(args.edits) ? (args.edits as unknown[]) : [];
  const parts = [args, ...edits.filter((edit) => typeof edit === 'object' && edit !== null)] as Record<
    string,
    unknown
  >[];
  return parts.flatMap((part) => CONTENT.map((name) => ({ path, code: text(part[name]) })));
}

function throughShell({ action, args }: Step): Written[] {
  const line = (text(args?.command) || action).slice(0, LONGEST);
  return [...line.matchAll(HERE_DOCUMENT)].map(([, before = '', , , after = '', code = '']) => ({
    path: />\s*([^\s;&|<>]+)/u.exec(`${before} ${after}`)?.[1] ?? '',
    code,
  }));
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
