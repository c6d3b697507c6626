/**
 * Code that a strategy names: kept with a hash, compared when the strategy is read. Only plain files inside the
 * workspace are ever opened, none above a megabyte, and what links lead to counts as where it lies.
 */
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Context } from '../../context.ts';
import type { Cite, Strategy } from '../../types.ts';

const MOST_CITES = 20;
const MOST_BYTES = 1_000_000;
const EXTENSIONS =
  'c|cc|cfg|cjs|conf|cpp|cs|css|cts|env|go|gradle|h|hpp|html|ini|java|js|json|jsx|kt|lua|md|mjs|mk|mts|php|pl|proto|py|rb|rs|scala|sh|sql|svelte|swift|tf|toml|ts|tsx|vue|xml|yaml|yml';
const PATH = new RegExp(
  `(?<![\\w/.@$~{}:-])(?:\\./)?((?:[\\w@.-]+/)*[\\w@-][\\w@.-]*\\.(?:${EXTENSIONS}))(?![\\w/-])`,
  'gu',
);
const SYMBOL = /(?<![\w.$])([A-Za-z_$][\w$]{2,})\(/gu;
const BRACED = /\.(?:[cm]?[jt]sx?)$/u;

/** The files that a text names, relative, in order, each once; those it only reads or edits are not held to their content. */
export function namedPaths(text: string): { path: string; content: boolean }[] {
  const found = new Map<string, boolean>();
  for (const match of text.matchAll(PATH)) {
    const [, path = ''] = match;
    if (path.split('/').includes('..')) continue;
    const before = text.slice(Math.max(0, match.index - 12), match.index);
    const after = text.charAt(match.index + match[0].length);
    // "Read `x`", "change `a` to `b` in `x`": x may well change, it must only be there.
    const isTarget = /\b(?:read|change|edit|in|to|from) `$/iu.test(before) && after === '`';
    if (!isTarget || !found.has(path)) found.set(path, !isTarget);
  }
  return [...found].slice(0, MOST_CITES).map(([path, content]) => ({ path, content }));
}

/** What `text` cites of the workspace, as it is now. Files that do not exist there are not cited. */
export async function citesOf(workspace: string, text: string): Promise<Cite[]> {
  const symbols = [...new Set([...text.matchAll(SYMBOL)].map(([, name = '']) => name))];
  const cites: Cite[] = [];
  for (const { path, content } of namedPaths(text)) {
    const source = await readInside(workspace, path);
    if (source === undefined) continue;
    const defined = content ? symbols.filter((symbol) => textOf(symbol, path, source) !== undefined) : [];
    if (!content) cites.push({ path });
    else if (defined.length === 0) cites.push({ path, hash: sha256(source) });
    for (const symbol of defined)
      cites.push({ path, symbol, hash: sha256(textOf(symbol, path, source) ?? '') });
  }
  return cites.slice(0, MOST_CITES);
}

/** The cited places that are gone or no longer as they were. */
export async function changedCites(workspace: string, cites: Cite[]): Promise<string[]> {
  const changed = await Promise.all(
    cites.slice(0, MOST_CITES).map(async ({ path, symbol, hash }) => {
      const source = await readInside(workspace, path);
      const now = source !== undefined && symbol ? textOf(symbol, path, source) : source;
      if (now === undefined) return [symbol ? `${symbol} in ${path}` : path];
      return hash === undefined || sha256(now) === hash ? [] : [symbol ? `${symbol} in ${path}` : path];
    }),
  );
  return [...new Set(changed.flat())];
}

/** By strategy, the code it cites that has changed. Looks only at strategies of the project that the workspace is of. */
export async function freshness(ctx: Context, strategies: Strategy[]): Promise<Map<string, string[]>> {
  const { workspace, project } = ctx.config;
  const changed = new Map<string, string[]>();
  if (!workspace) return changed;
  const citing = strategies.filter((each) => each.project === project && (each.cites?.length ?? 0) > 0);
  await Promise.all(
    citing.map(async ({ id, cites = [] }) => {
      const places = await changedCites(workspace, cites);
      if (places.length > 0) changed.set(id, places);
    }),
  );
  return changed;
}

/** The text of a file inside the workspace; undefined for everything else, whatever the path says. */
async function readInside(workspace: string, path: string): Promise<string | undefined> {
  try {
    const root = await realpath(workspace);
    const file = await realpath(join(root, path));
    if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
    const { size } = await stat(file).then((found) => (found.isFile() ? found : { size: MOST_BYTES + 1 }));
    return size > MOST_BYTES ? undefined : await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * The definition of a symbol in a JavaScript or TypeScript file, to the end of its braces. Braces in strings may shift
 * the end, but equal text gives equal text.
 */
function textOf(symbol: string, path: string, source: string): string | undefined {
  if (!BRACED.test(path)) return undefined;
  const name = symbol.replace(/\$/gu, '\\$');
  const head = new RegExp(
    `^[ \\t]*(?:export\\s+)?(?:default\\s+)?(?:async\\s+)?(?:function\\*?|class|const|let|var)\\s+${name}(?![\\w$])`,
    'mu',
  );
  const start = head.exec(source)?.index;
  if (start === undefined) return undefined;
  let depth = 0;
  for (let i = start; i < source.length; i += 1) {
    const char = source.charAt(i);
    if (char === '{' || char === '(' || char === '[') depth += 1;
    if (char === '}' || char === ')' || char === ']') depth -= 1;
    const isEnd = char === ';' || (char === '}' && /^[ \t]*(?:\n|$)/u.test(source.slice(i + 1, i + 80)));
    if (depth <= 0 && isEnd) return source.slice(start, i + 1);
  }
  return source.slice(start);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
