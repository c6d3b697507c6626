/** Error patterns by error text, without a model: the same template, a signature that matches, or a near message. */
import { cleanMessage, messagesOf } from '../learners/error-lines.ts';
import { cosine } from '../learners/statistics.ts';
import { templateOf } from '../learners/template.ts';
import type { ErrorPattern } from '../types.ts';
import type { Filter } from './filter.ts';
import type { Memory } from './memory.ts';
import { vectorsOf } from './vectors.ts';

export interface ErrorMatch {
  pattern: ErrorPattern;
  /** 1: the same template; 0.9: the signature matches; below: similarity of the messages. */
  score: number;
  /** What the pattern's parameters stand for in this error; empty when the message is only alike. */
  values: Record<string, string>;
}

const CANDIDATES = 30;
const LINES = 40;
/** Messages less alike than this are other errors. */
const LEAST_SIMILAR = 0.55;

/** The patterns that fit an error text (a message, or a whole trace), best first; those of the project before others. */
export async function matchError(
  memory: Memory,
  error: string,
  project: string,
  limit: number,
): Promise<ErrorMatch[]> {
  const lines = error
    .split('\n')
    .map(cleanMessage)
    .filter((line) => line !== '');
  const ends = lines.length > LINES ? [...lines.slice(0, LINES / 2), ...lines.slice(-LINES / 2)] : lines;
  const shown = [...new Set([...messagesOf(error), ...ends])];
  const text = shown.join('\n').slice(0, 8_000);
  const templates = new Map(shown.map((line) => [templateOf(line).template, templateOf(line).values]));
  if (text === '') return [];
  const [vector] = await vectorsOf(memory.embedder, [text.slice(0, 600)]);
  const near = (where: Filter) => (vector ? memory.error_patterns.nearest(vector, CANDIDATES, where) : []);
  const own = { project };
  const others = { abstractable: 'true' };
  const lists = await Promise.all([
    memory.error_patterns.matching(text, CANDIDATES, own),
    near(own),
    memory.error_patterns.matching(text, CANDIDATES, others),
    near(others),
  ]);
  const candidates = [...new Map(lists.flat().map(({ record }) => [record.id, record])).values()];
  const vectors = await vectorsOf(memory.embedder, [...shown, ...candidates.map(({ template }) => template)]);
  const ofLines = vectors.slice(0, shown.length);
  const matches = candidates.map((pattern, i) => {
    const similar = vectors[shown.length + i];
    const nearest = similar
      ? Math.max(0, ...ofLines.flatMap((line) => (line ? cosine(line, similar) : [])))
      : 0;
    return { pattern, ...scoreOf(pattern, templates, shown, nearest) };
  });
  return matches
    .filter(({ score }) => score >= LEAST_SIMILAR)
    .sort(
      (a, b) =>
        rank(b, project) - rank(a, project) ||
        b.pattern.frequency - a.pattern.frequency ||
        (a.pattern.id < b.pattern.id ? -1 : 1),
    )
    .slice(0, limit);
}

function scoreOf(
  pattern: ErrorPattern,
  templates: Map<string, Record<string, string>>,
  lines: string[],
  similar: number,
): Pick<ErrorMatch, 'score' | 'values'> {
  const values = templates.get(pattern.template);
  if (values) return { score: 1, values };
  const signature = new RegExp(pattern.signature, 'u');
  const found = lines.map((line) => signature.exec(line.slice(0, 1_000))).find((match) => match !== null);
  if (found) return { score: 0.9, values: { ...found.groups } };
  return { score: Math.min(0.85, similar), values: {} };
}

const rank = ({ pattern, score }: ErrorMatch, project: string): number =>
  score + (pattern.project === project ? 0.06 : 0) + (pattern.suggested_fix === '' ? 0 : 0.02);
