/** What one run wrote, as facts that can be compared with what other runs wrote. */
import { contentId } from '../../learners/content-id.ts';
import { isInstructionLike } from '../../learners/instructions.ts';
import type { Trajectory, Writing } from '../../types.ts';
import { bucketsOf } from './buckets.ts';
import { parserOf } from './grammar-parse.ts';
import { grammarPieces } from './grammar-pieces.ts';
import { GRAMMARS } from './grammars.ts';
import { bracketDepth, DEEPEST_BRACKETS, isDialect, loadCompiler } from './parse.ts';
import { type Findings, NOTHING, type Piece } from './pieces.ts';
import { scriptPieces } from './script-pieces.ts';
import { memoryOf, type Snippet, snippetsOf } from './snippets.ts';
import { packTree, shapeKey } from './tree.ts';

const MOST_WRITINGS = 50;
const MOST_BYTES = 16 * 1024;
const MOST_CALLS = 4;
const MOST_SEEN = 400;
/** Of one run, in characters and pieces: beyond lies what was generated or minified. */
const MOST_TEXT = 1_500_000;
const MOST_LOOKED_AT = 400;

/** What is worked out once for many runs: attempts at one task often write the very same file. */
export interface Seen {
  findings: Map<string, Findings>;
  orders: Map<string, boolean>;
}

export const nothingSeen = (): Seen => ({ findings: new Map(), orders: new Map() });

/**
 * The pieces of code in a run: functions and small classes, at most 50 of at most 16 KB each. From the run alone: the
 * same run gives the same facts. Left out is what it had been shown before, what gives orders to a model, and tests.
 */
export async function writingsOf(
  trajectory: Trajectory,
  taskKey: string,
  at: string,
  seen: Seen = nothingSeen(),
): Promise<Writing[]> {
  const snippets = snippetsOf(trajectory.steps);
  const found: { findings: Findings; step: number; loose: boolean }[] = [];
  let text = 0;
  for (const snippet of snippets) {
    text += snippet.text.length;
    if (text > MOST_TEXT) break;
    const source = `${snippet.dialect} ${snippet.test}\n${snippet.text}`;
    const findings = seen.findings.get(source) ?? (await findingsOf(snippet));
    if (seen.findings.size >= MOST_SEEN) seen.findings.clear();
    seen.findings.set(source, findings);
    found.push({ findings, step: snippet.step, loose: snippet.loose === true });
  }
  const wasShown = memoryOf(trajectory.steps);
  // One writing with an order to a model in a comment must not spoil the others, nor speak for them.
  const ordersIn = (text: string) => {
    const orders = seen.orders.get(text) ?? isInstructionLike(text);
    if (seen.orders.size >= MOST_SEEN) seen.orders.clear();
    seen.orders.set(text, orders);
    return orders;
  };
  const kept = new Map<string, Writing>();
  let looked = 0;
  for (const [nth, { findings, step, loose }] of found.entries()) {
    const later = loose ? found.slice(nth + 1) : [];
    for (const piece of findings.pieces) {
      looked += 1;
      if (kept.size >= MOST_WRITINGS || looked > MOST_LOOKED_AT) break;
      if (later.some((other) => other.loose && defines(other.findings, piece))) continue;
      if (ordersIn(piece.text) || wasShown(piece.text, step)) continue;
      const calls = found.flatMap((each) => callsOf(each.findings, piece.name));
      const writing = writingOf(piece, calls, trajectory, taskKey, at);
      if (!kept.has(writing.shape) && Buffer.byteLength(JSON.stringify(writing)) <= MOST_BYTES)
        kept.set(writing.shape, writing);
    }
  }
  return [...kept.values()];
}

async function findingsOf({ text, dialect, test }: Snippet): Promise<Findings> {
  // Parsers recurse and look ahead: nested brackets are refused before any sees them.
  if (bracketDepth(text) > DEEPEST_BRACKETS) return NOTHING;
  if (isDialect(dialect)) return scriptPieces(await loadCompiler(), text, dialect, test);
  const grammar = GRAMMARS.find(({ language }) => language === dialect);
  return grammar ? grammarPieces(grammar, await parserOf(grammar), text, test) : NOTHING;
}

const defines = ({ pieces }: Findings, { name, language }: Piece): boolean =>
  pieces.some((other) => other.name === name && other.language === language);

const callsOf = ({ calls }: Findings, name: string): string[] => [
  ...(calls.get(name) ?? []),
  ...(calls.get(`.${name}`) ?? []),
];

function writingOf(
  piece: Piece,
  calls: string[],
  trajectory: Trajectory,
  taskKey: string,
  at: string,
): Writing {
  const shape = shapeKey(piece.tree);
  return {
    id: contentId('writing', [trajectory.id, piece.language, shape]),
    at,
    project: trajectory.project,
    derived_from: [trajectory.id],
    trust: trajectory.trust,
    trajectory: trajectory.id,
    task_key: taskKey,
    run_at: trajectory.at,
    success: trajectory.outcome.success,
    language: piece.language,
    name: piece.name,
    code: piece.code,
    signature: piece.signature,
    parameters: piece.parameters,
    typed: piece.typed,
    self_contained: piece.selfContained,
    calls: [...new Set(calls)].slice(0, MOST_CALLS),
    shape,
    buckets: bucketsOf(piece.tree, shape, piece.language),
    tree: packTree(piece.tree),
    tree_at: piece.code.length - piece.text.length,
  };
}
