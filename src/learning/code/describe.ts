/** Documentation of code from the code alone: no model, no compiler, the same words every time. */
import { identifierParts } from '../../learners/words.ts';

const LOOKED_AT = 20_000;

/** A loop whose body begins by trying a call and returning its result. */
const RETRY =
  /\b(?:for|while)\b[^{}]{0,160}\{\s*(?:\w+(?:\+\+|\s*\+=\s*1);\s*)?try\s*\{\s*(?:return|(?:const\s+)?\w+\s*=)\s*(?:await\s+)?[\w.]+\(/u;

/** Idioms told by several marks at once, so that one word in a comment tells nothing. First match wins. */
const IDIOMS: { marks: RegExp[]; says: string }[] = [
  {
    marks: [RETRY, /\bsetTimeout\(|\bsleep\(|\bdelay\(/u],
    says: 'Calls a function again when it throws (retry), waiting between attempts',
  },
  { marks: [RETRY], says: 'Calls a function again when it throws (retry)' },
  {
    marks: [/\bclass\b/u, /\bnew Map\b/u, /\.delete\(/u, /\.set\(/u, /\.size\s*>=?/u, /\.keys\(\)/u],
    says: 'Cache of limited size that drops its oldest or least recently used entry',
  },
  {
    marks: [/\bnew Map\b/u, /\.get\(/u, /\.push\(/u, /\.set\([^()]*,\s*\[/u],
    says: 'Groups items into lists by a key (group by), keeping their order',
  },
  {
    marks: [/\b(?:for|while)\b/u, /\.slice\(\s*(\w+),\s*\1\s*\+\s*\w+\s*\)/u, /\.push\(/u],
    says: 'Splits a list into chunks of a given size (batches, pages)',
  },
  {
    marks: [/quote/iu, /\[\w+\s*\+\s*1\]|\.charAt\(\w+ \+ 1\)/u, /'"'|"\\""|`"`/u, /\.push\(/u],
    says: 'Parses delimited text (CSV) with quoted cells, doubled quotes and line breaks inside quotes',
  },
  {
    marks: [/\bsetTimeout\(/u, /\bclearTimeout\(/u, /=>|\bfunction\b/u],
    says: 'Runs a function after a delay and starts the wait anew or gives it up (debounce, timeout)',
  },
  {
    marks: [
      /\bnew Map\b|\bnew WeakMap\b/u,
      /\.has\(|\.get\(/u,
      /\.set\(/u,
      /\breturn\s*\(?(?:\.\.\.)?\w*\)?\s*=>/u,
    ],
    says: 'Wraps a function so that it remembers its results (memoize)',
  },
];

/** The same for Python. */
const PYTHON_IDIOMS: typeof IDIOMS = [
  {
    marks: [/\b(?:for|while)\b[^:]{0,80}:\s*try:\s*(?:return|\w+ =)\s*\w+\(/u, /\bexcept\b/u, /\bsleep\(/u],
    says: 'Calls a function again when it raises (retry), waiting between attempts',
  },
  {
    marks: [/\brange\(0, len\((\w+)\), (\w+)\)/u, /\[(\w+)\s*:\s*\1\s*\+\s*\w+\]/u],
    says: 'Splits a list into chunks of a given size (batches, pages)',
  },
  {
    marks: [
      /\bnot in (\w+)\b[^:]{0,10}:\s*\1\[\w+\] = \[\]|\.setdefault\([^()]*, \[\]\)|defaultdict\(list\)/u,
      /\.append\(/u,
    ],
    says: 'Groups items into lists by a key (group by), keeping their order',
  },
  {
    marks: [/\bclass\b/u, /\b__enter__\b/u, /\b__exit__\b/u, /perf_counter|time\(\)|monotonic/u],
    says: 'Measures how long a block takes (context manager)',
  },
  {
    marks: [/\bOrderedDict\b/u, /popitem\(last=False\)/u],
    says: 'Cache of limited size that drops its least recently used entry',
  },
  { marks: [/\bcsv\.(?:Dict)?[rR]eader\(/u, /\bopen\(/u], says: 'Reads a CSV file' },
];

const ACTS: [RegExp, string][] = [
  [/\bfetch\(/u, 'fetches over HTTP'],
  [/\breadFile(?:Sync)?\(|\bopen\(/u, 'reads a file'],
  [/\bsubprocess\.|\bexecFile|\bspawn(?:Sync)?\(/u, 'runs a program'],
  [/\bwriteFile(?:Sync)?\(/u, 'writes a file'],
  [/\bJSON\.parse\(|\bjson\.loads?\(/u, 'parses JSON'],
  [/\.match(?:All)?\(|\.exec\(|\.replace(?:All)?\(/u, 'matches text'],
  [/\.sort\(|\.toSorted\(/u, 'sorts'],
  [/\.filter\(/u, 'filters'],
  [/\.reduce\(/u, 'sums up'],
  [/\bnew Map\b/u, 'builds a map'],
  [/\bnew Set\b/u, 'collects distinct values'],
];

/** What code does, as the start of a sentence: its idiom where it has one, else its name in words and what it uses. */
export function whatItDoes(code: string, name: string): string {
  const bare = withoutComments(code);
  const idiom = [...IDIOMS, ...PYTHON_IDIOMS].find(({ marks }) => marks.every((mark) => mark.test(bare)));
  if (idiom) return idiom.says;
  const title = identifierParts(name).join(' ');
  const acts = ACTS.filter(([mark]) => mark.test(bare)).map(([, says]) => says);
  const told = `${title}${acts.length > 0 ? `: ${acts.slice(0, 3).join(', ')}` : ''}`;
  return `${told.charAt(0).toUpperCase()}${told.slice(1)}`;
}

/** The first function or class in a text: its name and its head on one line. */
export function headOf(code: string): { name: string; signature: string } | undefined {
  const bare = withoutComments(code);
  const [matched, fn, constant, cls, def] =
    /(?:\bfunction\b\s*\*?\s*([\w$]+))|(?:\b(?:const|let|var)\s+([\w$]+)[^=\n]{0,200}=\s*(?:async\s*)?(?=[(<\w]))|(?:\bclass\s+([\w$]+))|(?:\bdef\s+(\w+))/u.exec(
      bare,
    ) ?? [];
  const name = fn ?? constant ?? cls ?? def;
  if (matched === undefined || name === undefined) return undefined;
  if (cls !== undefined) return { name, signature: `class ${name}` };
  const start = bare.indexOf(matched) + matched.length;
  const rest = bare.slice(start, start + 2_000);
  if (def !== undefined) return { name, signature: `${name}${pythonHead(rest)}`.trim() };
  return { name, signature: `${name}${headEnd(rest)}`.replace(/\s+/gu, ' ').trim() };
}

/** Parameters and result type: up to the body's `{` or `=>` outside brackets. */
function headEnd(rest: string): string {
  let depth = 0;
  for (let i = 0; i < rest.length; i += 1) {
    const char = rest.charAt(i);
    if (depth === 0 && (rest.startsWith('=>', i) || (char === '{' && i > 0) || char === ';'))
      return rest.slice(0, i).trimEnd();
    if (char === '(' || char === '[' || char === '{') depth += 1;
    if (char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
  }
  return depth === 0 ? '' : '()';
}

/** The same in Python: up to the colon outside brackets. */
function pythonHead(rest: string): string {
  let depth = 0;
  for (let i = 0; i < rest.length; i += 1) {
    const char = rest.charAt(i);
    if (depth === 0 && char === ':') return rest.slice(0, i);
    if (char === '(' || char === '[' || char === '{') depth += 1;
    if (char === ')' || char === ']' || char === '}') depth = Math.max(0, depth - 1);
  }
  return '()';
}

/** A call with the parameters' names as arguments, from a signature. */
export function callFrom(signature: string, name: string): string {
  if (signature.startsWith('class ')) {
    const parameters = /\bconstructor\(([^)]*)\)/u.exec(signature)?.[1] ?? '';
    return `new ${name}(${argumentsOf(parameters)})`;
  }
  const open = signature.indexOf('(');
  return `${name}(${open < 0 ? '' : argumentsOf(signature.slice(open + 1))})`;
}

/** Names of parameters, from their text up to the bracket that closes them. Optional ones are left out. */
export function argumentsOf(text: string): string {
  const parts: string[] = [''];
  let depth = 0;
  let quote = '';
  for (const char of text.replaceAll('=>', '⇒')) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (/["'`]/u.test(char)) quote = char;
    else if (/[([{<]/u.test(char)) depth += 1;
    else if (/[)\]}>]/u.test(char)) depth -= 1;
    if (depth < 0) break;
    if (char === ',' && depth === 0 && quote === '') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^[\w$]+\?|(?<![=⇒<>!])=(?!=)/u.test(part))
    .map((part) => /^(?:\.{3})?[\w$]+/u.exec(part)?.[0] ?? 'options')
    .join(', ');
}

const PYTHON = /^(?:import |from |@|(?:async )?def |class \w+[^{\n]*:\s*$)/mu;

/** On one line, comments left out (also those in strings: nothing here is run). Linear, whatever the text. */
function withoutComments(code: string): string {
  if (PYTHON.test(code.slice(0, 2_000)) && !/^import .*['"]/mu.test(code.slice(0, 2_000)))
    return code
      .slice(0, LOOKED_AT)
      .replace(/(?<!['"])#[^\n]*/gu, ' ')
      .replace(/\s+/gu, ' ');
  const [first = '', ...rest] = code.slice(0, LOOKED_AT).split('/*');
  const plain = rest.map((part) => {
    const end = part.indexOf('*/');
    return end < 0 ? '' : part.slice(end + 2);
  });
  return [first, ...plain]
    .join(' ')
    .replace(/(?<![:'"`\\/])\/\/[^\n]*/gu, ' ')
    .replace(/\s+/gu, ' ');
}
