/**
 * Code a solver writes. The same few shapes (retry, group, parse, cache, chunk) turn up in several tasks under
 * other names and literals, as they do in real work; each task's tests run them.
 */

export type Language = 'ts' | 'js';
const typed = (language: Language) => (text: string) => (language === 'ts' ? text : '');

export interface RetryNames {
  name: string;
  call: string;
  attempts: string;
  delay: string;
  /** A predicate over the error, where only some errors may be retried. */
  only?: string;
  /** The mistake: one attempt too few. */
  short?: boolean;
}

export function retryCode(language: Language, n: RetryNames): string {
  const t = typed(language);
  return `export async function ${n.name}${t('<T>')}(${n.call}${t(': () => Promise<T>')}, ${n.attempts}${t(': number')}, ${n.delay}${t(': number')})${t(': Promise<T>')} {
  let last${t(': unknown')};
  for (let attempt = 1; attempt ${n.short ? '<' : '<='} ${n.attempts}; attempt++) {
    try {
      return await ${n.call}();
    } catch (error) {
${n.only ? `      if (!${n.only}(error)) throw error;\n` : ''}      last = error;
      if (attempt < ${n.attempts}) await new Promise((resolve) => setTimeout(resolve, ${n.delay} * attempt));
    }
  }
  throw last;
}
`;
}

export interface GroupNames {
  name: string;
  rows: string;
  key: string;
  /** The mistake: every new row replaces the group. */
  lossy?: boolean;
}

export function groupCode(language: Language, n: GroupNames): string {
  const t = typed(language);
  return `export function ${n.name}${t('<T>')}(${n.rows}${t(': T[]')}, ${n.key}${t(': (row: T) => string')})${t(': Map<string, T[]>')} {
  const groups = new Map${t('<string, T[]>')}();
  for (const row of ${n.rows}) {
    const key = ${n.key}(row);
    const group = groups.get(key);
    if (group) ${n.lossy ? 'groups.set(key, [row])' : 'group.push(row)'};
    else groups.set(key, [row]);
  }
  return groups;
}
`;
}

export interface ChunkNames {
  name: string;
  rows: string;
  size: string;
  /** The mistake: the last, short chunk is lost. */
  lossy?: boolean;
}

export function chunkCode(language: Language, n: ChunkNames): string {
  const t = typed(language);
  return `export function ${n.name}${t('<T>')}(${n.rows}${t(': readonly T[]')}, ${n.size}${t(': number')})${t(': T[][]')} {
  const chunks${t(': T[][]')} = [];
  for (let start = 0; start ${n.lossy ? `+ ${n.size} <= ` : '< '}${n.rows}.length; start += ${n.size}) {
    chunks.push(${n.rows}.slice(start, start + ${n.size}));
  }
  return chunks;
}
`;
}

export interface CacheNames {
  name: string;
  capacity: string;
  /** The mistake: reading does not refresh, so it drops the oldest written, not the least used. */
  fifo?: boolean;
}

export function cacheCode(language: Language, n: CacheNames): string {
  const t = typed(language);
  return `export class ${n.name}${t('<K, V>')} {
  #entries = new Map${t('<K, V>')}();
  #${n.capacity}${t(': number')};

  constructor(${n.capacity}${t(': number')}) {
    this.#${n.capacity} = ${n.capacity};
  }

  get(key${t(': K')})${t(': V | undefined')} {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
${n.fifo ? '' : '    this.#entries.delete(key);\n    this.#entries.set(key, value);\n'}    return value;
  }

  set(key${t(': K')}, value${t(': V')})${t(': void')} {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > this.#${n.capacity}) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
  }
}
`;
}

export interface ParseNames {
  name: string;
  text: string;
  separator: string;
  /** The mistake: splits inside quotes. */
  naive?: boolean;
}

export function parseCode(language: Language, n: ParseNames): string {
  const t = typed(language);
  const head = `export function ${n.name}(${n.text}${t(': string')}, ${n.separator} = ',')${t(': string[][]')} {\n`;
  if (n.naive) {
    return `${head}  return ${n.text}.split('\\n').filter(Boolean).map((line) => line.split(${n.separator}));\n}\n`;
  }
  return `${head}  const rows${t(': string[][]')} = [];
  let row${t(': string[]')} = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < ${n.text}.length; i++) {
    const char = ${n.text}[i];
    if (quoted) {
      if (char === '"' && ${n.text}[i + 1] === '"') cell += ${n.text}[i++];
      else if (char === '"') quoted = false;
      else cell += char;
    } else if (char === '"') quoted = true;
    else if (char === ${n.separator}) {
      row.push(cell);
      cell = '';
    } else if (char === '\\n') {
      row.push(cell);
      rows.push(row);
      row = [];
      cell = '';
    } else if (char !== '\\r') cell += char;
  }
  if (cell !== '' || row.length > 0) {
    row.push(cell);
    rows.push(row);
  }
  return rows;
}
`;
}

/** The opening lines of a node:test file. */
export const TEST_HEAD = `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n`;
