/**
 * The code that an agent wrote in a run, in languages that can be read here: files as they stood at its end, pieces of
 * files whose rest is unknown, here-documents and fenced blocks. Observations never count: they are somebody else's
 * text.
 */

import { isShell } from '../../learners/commands/commands.ts';
import { failureOf } from '../../learners/failures.ts';
import type { Step } from '../../types.ts';
import { GRAMMARS } from './grammars.ts';

/** How the compiler is to parse a text. */
export type Dialect = 'ts' | 'tsx' | 'js' | 'jsx';

export interface Snippet {
  text: string;
  /** What the compiler parses, or the name of a grammar's language. */
  dialect: string;
  /** Written as a test: its calls are examples, its functions are not concepts. */
  test: boolean;
  /** The step that first wrote it, 0-based. */
  step: number;
  /** Of no known file: what is defined again later, in another such piece, took its place. */
  loose?: true;
}

/** The files of a run as they stand, by path. */
type Files = Map<string, { text: string; step: number }>;

export const LONGEST_SNIPPET = 64 * 1024;
const MOST_SNIPPETS = 200;

const SCRIPT_FILE = /\.(?:[mc]?(ts|js)|(tsx|jsx))$/u;
const TEST_FILE = /(?:^|[/._-])(?:tests?|specs?|__tests__|bench(?:mark)?s?|fixtures?)(?:[/._-]|$)/iu;
const FENCE = /^\s*(`{3,})\s*([\w+#-]{1,20})\s*$/u;
const SCRIPT_FENCE = /^(?:(tsx?|jsx?)|([mc]ts|typescript)|[mc]js|javascript)$/iu;
/** Tools that run code that is handed to them. */
const INTERPRETING = /^(?:i|run_|execute_)?(python|node|javascript)(?:_repl|_interpreter|_code)?$/iu;
/** A program that reads code from its standard input. */
const INTERPRETER = /(?:^|[;&|\s/])(python|node)[\d.]*\s+(?:-\s*)?$/u;
const HEREDOC = /<<-?\s*(['"]?)([\w-]{1,40})\1/u;
const REDIRECTED = />{1,2}\s*(['"]?)([^\s'"<>|;&]{1,300})\1/u;

/**
 * What a run wrote, the newest 200 at most, each at most 64 KB. Of a file that was written several times only the
 * last state counts: it is what the outcome judged.
 */
export function snippetsOf(steps: Step[]): Snippet[] {
  const files: Files = new Map();
  const loose: Snippet[] = [];
  for (const [at, step] of steps.entries()) {
    if (failureOf(step)) continue;
    takeEdits(step, at, files, loose);
    takeFences(step.action, at, loose);
    takeCells(step, at, loose);
    if (isShell(step)) {
      takeHeredocs(
        typeof step.args?.command === 'string' ? step.args.command : step.action,
        at,
        files,
        loose,
      );
    }
  }
  const whole = [...files].flatMap(([path, { text, step }]) => snippet(path, text, step) ?? []);
  return [...whole, ...loose]
    .filter(({ text }) => text.length <= LONGEST_SNIPPET && text.trim() !== '')
    .slice(-MOST_SNIPPETS);
}

function snippet(path: string, text: string, step: number): Snippet | undefined {
  const dialect = dialectOf(path);
  return dialect === undefined ? undefined : { text, dialect, test: TEST_FILE.test(path), step };
}

function dialectOf(path: string): string | undefined {
  const [, plain, jsx] = SCRIPT_FILE.exec(path) ?? [];
  return plain ?? jsx ?? GRAMMARS.find(({ files }) => files.test(path))?.language;
}

/** From the name of a fenced block or of an interpreter. */
function dialectNamed(name: string): string | undefined {
  const matched = SCRIPT_FENCE.exec(name);
  if (matched) return matched[1]?.toLowerCase() ?? (matched[2] === undefined ? 'js' : 'ts');
  return GRAMMARS.find(({ fence }) => fence.test(name))?.language;
}

/** Write and Edit calls, whatever the tool is named: the arguments tell. */
function takeEdits(step: Step, at: number, files: Files, loose: Snippet[]): void {
  const args = step.args;
  const path = firstText(args?.file_path, args?.path, args?.filename);
  if (!args || path === undefined || dialectOf(path) === undefined) return;
  const content = firstText(args.content, args.file_text);
  if (content !== undefined) {
    put(files, path, content, at);
    return;
  }
  for (const edit of Array.isArray(args.edits) ? args.edits : [args]) {
    if (typeof edit !== 'object' || edit === null) continue;
    const before = firstText(edit.old_string, edit.old_str);
    const after = firstText(edit.new_string, edit.new_str, edit.insert_text);
    if (after === undefined) continue;
    const known = files.get(path)?.text;
    if (known !== undefined && before && known.includes(before)) {
      const next = edited(known, before, after, edit.replace_all === true);
      put(files, path, next, at);
    } else {
      const piece = snippet(path, after, at);
      if (piece && loose.length < MOST_SNIPPETS) loose.push({ ...piece, loose: true });
    }
  }
}

/** The text after an edit; empty when that would be longer than any snippet may be. */
function edited(text: string, before: string, after: string, everywhere: boolean): string {
  const [first = '', ...rest] = text.split(before);
  const times = everywhere ? rest.length : 1;
  if (text.length + times * (after.length - before.length) > LONGEST_SNIPPET) return '';
  return everywhere ? [first, ...rest].join(after) : `${first}${after}${rest.join(before)}`;
}

const put = (files: Files, path: string, text: string, at: number) =>
  files.set(path, { text, step: files.get(path)?.step ?? at });

const firstText = (...values: unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === 'string');

/** What was typed into an interpreter that takes nothing but code. */
function takeCells({ tool, action, args }: Step, at: number, loose: Snippet[]): void {
  const [, python] = INTERPRETING.exec(tool ?? '') ?? [];
  const text = firstText(args?.code, args?.source) ?? action;
  if (python === undefined || text.includes('```') || loose.length >= MOST_SNIPPETS) return;
  const dialect = dialectNamed(python.toLowerCase() === 'python' ? 'python' : 'js');
  if (dialect !== undefined) loose.push({ text, dialect, test: false, step: at, loose: true });
}

/** Line by line, so that a text full of unclosed fences costs no more than its length. */
function takeFences(text: string, at: number, loose: Snippet[]): void {
  if (!text.includes('```')) return;
  let open: { mark: string; dialect: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    if (open) {
      if (line.trim().startsWith(open.mark)) {
        if (loose.length < MOST_SNIPPETS)
          loose.push({
            text: open.lines.join('\n'),
            dialect: open.dialect,
            test: false,
            step: at,
            loose: true,
          });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    const [, mark, named] = FENCE.exec(line) ?? [];
    const dialect = named === undefined ? undefined : dialectNamed(named);
    if (mark !== undefined && dialect !== undefined) open = { mark, dialect, lines: [] };
  }
}

/** `cat > file.ts <<'EOF'`: many agents have no other way to write. An unclosed one takes the rest, as in a shell. */
function takeHeredocs(command: string, at: number, files: Files, loose: Snippet[]): void {
  if (!command.includes('<<')) return;
  let open: { end: string; path?: string; dialect?: string; appends: boolean; lines: string[] } | undefined;
  for (const line of command.split('\n')) {
    if (open) {
      if (line.trim() !== open.end) {
        open.lines.push(line);
        continue;
      }
      const { path, dialect, appends, lines } = open;
      const before = appends && path !== undefined ? (files.get(path)?.text ?? '') : '';
      if (path !== undefined) put(files, path, `${before}${lines.join('\n')}\n`, at);
      else if (dialect !== undefined && loose.length < MOST_SNIPPETS)
        loose.push({ text: lines.join('\n'), dialect, test: false, step: at, loose: true });
      open = undefined;
      continue;
    }
    const heredoc = HEREDOC.exec(line.slice(0, 2_000));
    if (!heredoc) continue;
    const [before = '', after = ''] = line.slice(0, 2_000).split(heredoc[0]);
    const target = REDIRECTED.exec(`${before} ${after}`);
    const reader = INTERPRETER.exec(before)?.[1];
    open = {
      end: heredoc[2] ?? '',
      path: target?.[2] !== undefined && dialectOf(target[2]) ? target[2] : undefined,
      dialect: reader === undefined ? undefined : dialectNamed(reader === 'node' ? 'js' : reader),
      appends: target?.[0].startsWith('>>') ?? false,
      lines: [],
    };
  }
}

const MOST_REMEMBERED = 4 * 1024 * 1024;
const LINE_NUMBER = /^\s*\d+(?:\t|→|[|:] ?)/gmu;

/**
 * Whether a text had been shown to the agent before a step: code of the project that it wrote again with the rest of
 * a file is not its own.
 */
export function memoryOf(steps: Step[]): (text: string, step: number) => boolean {
  const shown: string[] = [];
  let length = 0;
  return (text, step) => {
    for (let i = shown.length; i < step; i += 1) {
      const observation = steps[i]?.observation ?? '';
      length += observation.length;
      shown.push(length > MOST_REMEMBERED ? '' : flat(observation.replace(LINE_NUMBER, '')));
    }
    const sought = flat(text);
    return shown.slice(0, step).some((observation) => observation.includes(sought));
  };
}

const flat = (text: string): string => text.replace(/\s+/gu, '');
