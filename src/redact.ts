/**
 * Secrets out, before anything else sees text: what is stored, embedded, logged or sent to a model has been through
 * here. A table of our own and no library: the ones there are miss keys of OpenAI and Google, JWTs and `password=`,
 * are asynchronous, and cost more than the rest of recording a run.
 */
import { findAssigned, kindOfName } from './redact/assignments.ts';
import { findBlocks } from './redact/blocks.ts';
import { type Finding, MARK } from './redact/finding.ts';
import { findTokens } from './redact/tokens.ts';
import { looksRandom, looksSecret } from './redact/values.ts';

/** How many secrets were replaced, by kind. The values themselves are kept nowhere. */
export type Found = Record<string, number>;

export interface Redactor {
  /** Replaces every secret by `[redacted:kind]`. Doing it twice changes nothing; linear in the text. */
  redact(text: string): { text: string; found: Found };
  /**
   * The same for every string in a JSON-like value, keys included. A string under a name such as `password` is judged
   * by that name, and a telling value found in one place is replaced in all others, also where it stands alone.
   * Returns the value itself where nothing was found.
   */
  redactDeep<T>(value: T): { value: T; found: Found };
}

/** With `enabled` false (the setting `redact`) everything passes unchanged. */
export function createRedactor(enabled = true): Redactor {
  if (!enabled)
    return { redact: (text) => ({ text, found: {} }), redactDeep: (value) => ({ value, found: {} }) };
  return {
    redact(text) {
      const { value, found } = redactAll(text);
      return { text: value, found };
    },
    redactDeep: redactAll,
  };
}

interface Session {
  found: Found;
  /** Telling values met so far. Lives as long as one call. */
  seen: Map<string, string>;
}

/** What ran into a secret shows only when that is gone, so a text is read until nothing more is found. */
const MOST_PASSES = 8;

function redactAll<T>(value: T): { value: T; found: Found } {
  const session: Session = { found: {}, seen: new Map() };
  let clean = value;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const first = mapStrings(clean, (text, key) => replaceFindings(text, key, session));
    const repeated = repeats(session);
    clean = repeated ? mapStrings(first, (text) => replaceRepeats(text, repeated, session)) : first;
    if (clean === first) break;
  }
  return { value: clean, found: session.found };
}

// ---------------------------------------------------------------- one text

/** `pwd=abcd`: no shorter text gives away that it holds a secret. */
const SHORTEST = 8;

function replaceFindings(text: string, key: string | undefined, session: Session): string {
  if (text.length < (key === undefined ? SHORTEST : 4)) return text;
  let clean = text;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const findings = findAll(clean, key);
    if (findings.length === 0) break;
    clean = replaceOnce(clean, findings, session);
  }
  return clean;
}

function findAll(text: string, key: string | undefined): Finding[] {
  const findings: Finding[] = [];
  if (text.length >= SHORTEST) {
    findTokens(text, findings);
    findBlocks(text, findings);
    findAssigned(text, findings);
  }
  const kind = key === undefined ? undefined : kindOfName(key);
  if (kind && looksSecret(kind, text, 'quoted')) {
    findings.push({ kind, start: 0, end: text.length, telling: text.length >= 12 && looksRandom(text) });
  }
  return findings;
}

function replaceOnce(text: string, findings: Finding[], session: Session): string {
  let clean = '';
  let from = 0;
  for (const { kind, start, end, telling } of disjoint(findings)) {
    clean += `${text.slice(from, start)}${MARK}${kind}]`;
    from = end;
    count(session, kind);
    const secret = text.slice(start, end);
    if (telling && secret.length <= LONGEST_REPEAT && session.seen.size < MOST_REPEATS) {
      session.seen.set(secret, kind);
    }
  }
  return clean + text.slice(from);
}

/** Overlapping findings become one, named by the rule that knows most: the rules were asked in that order. */
function disjoint(findings: Finding[]): Finding[] {
  const ranked = findings.map((finding, rank) => ({ ...finding, rank })).sort((a, b) => a.start - b.start);
  const apart: typeof ranked = [];
  for (const next of ranked) {
    const last = apart.at(-1);
    if (!last || next.start >= last.end) {
      apart.push(next);
      continue;
    }
    last.end = Math.max(last.end, next.end);
    if (next.rank < last.rank) Object.assign(last, { kind: next.kind, rank: next.rank });
  }
  return apart;
}

function count(session: Session, kind: string): void {
  session.found[kind] = (session.found[kind] ?? 0) + 1;
}

// ---------------------------------------------------------------- the same value elsewhere

const LONGEST_REPEAT = 256;
const MOST_REPEATS = 200;

function repeats({ seen }: Session): RegExp | undefined {
  if (seen.size === 0) return undefined;
  const longestFirst = [...seen.keys()].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((secret) => secret.replace(/[^\w]/g, '\\$&')).join('|'), 'g');
}

function replaceRepeats(text: string, repeated: RegExp, session: Session): string {
  return text.replace(repeated, (secret) => {
    const kind = session.seen.get(secret) ?? 'secret';
    count(session, kind);
    return `${MARK}${kind}]`;
  });
}

// ---------------------------------------------------------------- every string of a value

type Change = (text: string, key?: string) => string;

function mapStrings<T>(value: T, change: Change, key?: string): T;
function mapStrings(value: unknown, change: Change, key?: string): unknown {
  if (typeof value === 'string') return change(value, key);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) {
    const mapped = value.map((each) => mapStrings(each, change, key));
    return mapped.every((each, i) => each === value[i]) ? value : mapped;
  }
  let changed = false;
  const names = new Set<string>();
  const entries = Object.entries(value).map(([name, each]) => {
    const mapped = mapStrings(each, change, name);
    const mappedName = unused(change(name), names);
    changed ||= mapped !== each || mappedName !== name;
    return [mappedName, mapped] as const;
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** Two keys that became the same mark stay two entries. */
function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}#${i}`;
  taken.add(free);
  return free;
}
