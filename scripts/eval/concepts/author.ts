/** One author's writing of an idiom: other names, literals, order, form, types, and now and then a statement more. */
import type { Form, Idiom } from './idiom.ts';

export type Random = () => number;
export const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

export interface Authored {
  code: string;
  alias: string;
  file: 'ts' | 'js' | 'py';
}

const WORDS =
  'acc alpha answer arg base batch bit body bucket buf candidate cell chosen current cursor data draft edge elem entity first frame front gate hit holder idx input inner leaf left line list lot mark match member mem note num obj offset opt outer output pack pair part pending piece place point pos prev probe record ref res rest ret right root row run scan seq slot source span stack state store sum tail target temp term thing token trace unit val view wait work'.split(
    ' ',
  );

export function author(idiom: Idiom, random: Random): Authored {
  const typed = idiom.language === 'script' && random() < 0.5;
  const alias = pick(random, idiom.aliases);
  const chosen = [...idiom.params.map(([name]) => name), ...idiom.locals];
  const names = new Map(chosen.map((name) => [name, name]));
  for (const name of chosen) {
    if (random() < 0.6) names.set(name, unused(random, [...names.values()], chosen));
  }
  const rename = (text: string) => {
    let out = text.replaceAll('NAME', alias);
    // Through marks, so that no name is renamed twice.
    for (const [i, name] of chosen.entries())
      out = out.replace(
        new RegExp(`(?<=this\\.|self\\.|(?<![\\w$.])|(?<=\\.\\.\\.))${name}(?![\\w$])`, 'gu'),
        `§${i}§`,
      );
    return out.replace(/§(\d+)§/gu, (_, i) => names.get(chosen[Number(i)] ?? '') ?? '');
  };
  const first = idiom.params.find(([, type]) => /^(?:number|int|float)$/u.test(type));
  const extra = random() < 0.35 ? statementMore(idiom, first?.[0], random) : undefined;
  let body = shuffled(idiom.body, random)
    .replace(/<([^<>\n|]*(?:\|[^<>\n|]*)+)>/gu, (_, choices: string) => pick(random, choices.split('|')))
    .replace(/‹([^‹›]*)›/gu, typed ? '$1' : '');
  body = body
    .split('\n')
    .flatMap((line) =>
      line.trim() === '+' ? (extra === undefined ? [] : [line.replace('+', extra)]) : [line],
    )
    .join('\n');
  if (idiom.language === 'script') body = restyled(body, random);
  else if (random() < 0.4) body = body.replaceAll("'", '"');
  const code =
    idiom.language === 'python'
      ? pythonForm(idiom, body, random)
      : scriptForm(idiom, body, typed, pick(random, ['function', 'function', 'arrow', 'method']));
  return {
    code: [...(idiom.needs ?? []), ...(idiom.needs ? [''] : []), rename(code)].join('\n'),
    alias,
    file: idiom.language === 'python' ? 'py' : typed ? 'ts' : 'js',
  };
}

function unused(random: Random, taken: readonly string[], chosen: readonly string[]): string {
  for (;;) {
    const word = pick(random, WORDS);
    const name = random() < 0.3 ? `${word}${Math.floor(random() * 9) + 1}` : word;
    if (!taken.includes(name) && !chosen.includes(name)) return name;
  }
}

/** Neighbours marked `~` in another order. */
function shuffled(body: string, random: Random): string {
  const out: string[] = [];
  let open: string[] = [];
  const flush = () => {
    while (open.length > 0) out.push(...open.splice(Math.floor(random() * open.length), 1));
  };
  for (const line of body.split('\n')) {
    if (line.startsWith('~')) open.push(line.slice(1));
    else {
      flush();
      out.push(line);
    }
  }
  flush();
  open = [];
  return out.join('\n');
}

function statementMore(idiom: Idiom, number: string | undefined, random: Random): string {
  const limit = pick(random, ['0', '1', '2']);
  if (idiom.language === 'python')
    return number === undefined
      ? `print('${idiom.name}', ${idiom.params[0]?.[0] ?? '1'})`
      : `assert ${number} > ${limit}, 'too small'`;
  return number === undefined || random() < 0.4
    ? `console.debug('${idiom.name}');`
    : `if (${number} < ${limit}) throw new RangeError('out of range');`;
}

/** What a formatter or a habit changes. */
function restyled(body: string, random: Random): string {
  let out = body;
  if (random() < 0.3) out = out.replace(/(\w+)\+\+\)/gu, '$1 += 1)');
  if (random() < 0.3)
    out = out.replace(
      /^(\s*)(if \(.*\)|else) (return[^{}\n]*;|continue;|throw[^{}\n]*;)$/gmu,
      '$1$2 {\n$1  $3\n$1}',
    );
  if (random() < 0.3) out = out.replace(/^(\s*)const (?!worker|visit)/gmu, '$1let ');
  return out;
}

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gmu, by);

function scriptForm(idiom: Idiom, body: string, typed: boolean, form: Form): string {
  if (idiom.isClass) return `export ${body}`;
  const generic =
    typed && /\b[TABCR]\b/u.test(`${idiom.params.flat().join(' ')} ${idiom.result}`) ? '<T, R, A, B, C>' : '';
  const params = idiom.params.map(([name, type]) => (typed ? `${name}: ${type}` : name)).join(', ');
  const head = `${generic}(${params})${typed ? `: ${idiom.result}` : ''}`;
  const waits = idiom.waits ? 'async ' : '';
  const inner = indented(body, '  ');
  if (form === 'arrow') return `export const NAME = ${waits}${head} => {\n${inner}\n};`;
  if (form === 'method')
    return `export class Kit${idiom.name.length} {\n  static ${waits}NAME${head} {\n${indented(inner.replaceAll('NAME(', `Kit${idiom.name.length}.NAME(`), '  ')}\n  }\n}`;
  return `export ${waits}function NAME${head} {\n${inner}\n}`;
}

function pythonForm(idiom: Idiom, body: string, random: Random): string {
  if (idiom.isClass) return body;
  const typed = random() < 0.4;
  const params = idiom.params.map(([name, type]) => (typed ? `${name}: ${type}` : name));
  const doc = random() < 0.4 ? `"""${idiom.name} for this task."""\n` : '';
  const head = (all: string[]) => `def NAME(${all.join(', ')})${typed ? ` -> ${idiom.result}` : ''}:`;
  if (random() < 0.25) {
    const inner = indented(doc + body.replaceAll('NAME(', 'Kit.NAME('), '        ');
    return `class Kit:\n    @staticmethod\n    ${head(params)}\n${inner}`;
  }
  return `${head(params)}\n${indented(doc + body, '    ')}`;
}
