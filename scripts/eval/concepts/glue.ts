/**
 * Glue: code in forms that everybody writes, about fields of one's own. Two pieces of glue in one form do different
 * things; a concept of them would be a form to fill in.
 */
import { pick, type Random } from './author.ts';
import { NOUNS } from './noise.ts';

const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

type Words = () => string;

const SCRIPT: ((name: string, noun: Words, number: Words) => string)[] = [
  (name, noun, number) => `export function summarize${name}(${noun()}s) {
  let total = 0;
  const kept = [];
  for (const one of arguments[0]) {
    if (one.${noun()} > ${number()}) total += one.${noun()} * one.${noun()};
    else kept.push(one.${noun()});
  }
  return { ${noun()}: total, ${noun()}: kept };
}`,
  (name, noun, number) => `export function load${name}(path) {
  const ${noun()} = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(${noun()}List)) throw new Error('${noun()} ${noun()}');
  return ${noun()}List.filter((each) => each.${noun()} >= ${number()}).map((each) => ({ ${noun()}: each.${noun()}, ${noun()}: each.${noun()} }));
}`,
  (name, noun, number) => `export function check${name}(${noun()}) {
  const problems = [];
  if (!input.${noun()}) problems.push('${noun()} is missing');
  if (input.${noun()}.length > ${number()}) problems.push('${noun()} is too long');
  if (input.${noun()} < ${number()}) problems.push('${noun()} is too small');
  return problems;
}`,
  (name, noun) => `export async function post${name}(${noun()}) {
  const answer = await fetch('/${noun()}/${noun()}', { method: 'POST', body: JSON.stringify({ ${noun()}: 1, ${noun()}: 2 }) });
  if (!answer.ok) throw new Error('${noun()} ' + answer.status);
  const told = await answer.json();
  return told.${noun()}.${noun()};
}`,
  (name, noun, number) => `export function render${name}(one) {
  const lines = [];
  lines.push('${noun()}: ' + one.${noun()});
  if (one.${noun()}) lines.push('${noun()}: ' + one.${noun()}.toFixed(${number()}));
  for (const part of one.${noun()}s) lines.push(part.${noun()} + ' ' + part.${noun()});
  return lines.join('\\n');
}`,
];

const PYTHON: typeof SCRIPT = [
  (name, noun, number) => `def summarize_${name.toLowerCase()}(${noun()}s):
    total = 0
    kept = []
    for one in all_of_them:
        if one['${noun()}'] > ${number()}:
            total += one['${noun()}'] * one['${noun()}']
        else:
            kept.append(one['${noun()}'])
    return {'${noun()}': total, '${noun()}': kept}`,
  (name, noun, number) => `def load_${name.toLowerCase()}(path):
    with open(path) as file:
        found = json.load(file)
    rows = []
    for one in found['${noun()}s']:
        if one.get('${noun()}') and one['${noun()}'] >= ${number()}:
            rows.append((one['${noun()}'], one['${noun()}']))
    return rows`,
  (name, noun, number) => `def check_${name.toLowerCase()}(given):
    problems = []
    if not given.${noun()}:
        problems.append('${noun()} is missing')
    if len(given.${noun()}) > ${number()}:
        problems.append('${noun()} is too long')
    if given.${noun()} < ${number()}:
        problems.append('${noun()} is too small')
    return problems`,
  (name, noun, number) => `def plot_${name.toLowerCase()}(found):
    figure, axis = plt.subplots(figsize=(${number()}, ${number()}))
    axis.plot(found['${noun()}'], found['${noun()}'])
    axis.set_xlabel('${noun()}')
    axis.set_ylabel('${noun()}')
    if found.get('${noun()}'):
        axis.set_title('${noun()} ' + found['${noun()}'])
    figure.savefig('${noun()}.png')`,
];

/** One piece of glue in a common form. */
export function glue(random: Random, language: 'script' | 'python'): string {
  const noun = () => pick(random, NOUNS);
  const number = () => String(Math.floor(random() * 900) + 3);
  return pick(random, language === 'python' ? PYTHON : SCRIPT)(upper(noun()) + upper(noun()), noun, number);
}
