/** Code that a task needs for itself: functions of its own, glue in common forms, entry points, tests. Nothing planted. */
import { pick, type Random } from './author.ts';

export const NOUNS =
  'account address album amount animal answer artist asset author badge balance banner basket bed beacon bill board book booking bottle branch brand bridge budget bus cabin cable camera candle cargo carrier cart castle channel chapter charge city claim client coach coin color comet contract country coupon course crate credit crew cycle deal debit degree deposit desk device diet dish distance doctor door drone employee engine event exam factory farm fee field film flight forest fuel garden gate genre grade grant guest harbor hotel house invoice island jacket journey kettle ladder lake lamp lease lesson letter level license lift loan locker lodge mail market match meal medal menu meter mission mountain museum nurse oven packet page parcel park partner patient payment pen permit phase photo planet plant player poem pool port prize pupil quiz quota rack radio rate recipe refund region rental report river road robot role roof room rope route sailor salary school score season seat sector sensor ship shop signal skill socket song stage station stock storm street student subject supplier tariff tax team tent ticket token tour tower track trail train tree truck tunnel vault vehicle venue village visa voucher wagon wallet warehouse watch weight wheel window winner zone'.split(
    ' ',
  );
const VERBS =
  'apply build check collect compute derive estimate extract fetch find fix gather handle list load make mark prepare price rank read render report score select settle show split sum track update validate weigh'.split(
    ' ',
  );
const METHODS =
  'trim toUpperCase toLowerCase toFixed padStart repeat at indexOf includes startsWith endsWith charCodeAt concat join reverse fill every some find'.split(
    ' ',
  );
const PY_METHODS =
  'strip upper lower title zfill rjust count index startswith endswith isdigit partition splitlines encode format swapcase'.split(
    ' ',
  );

const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A function that no other task writes, with a name of its own. */
export function ownFunction(random: Random, language: 'script' | 'python', typed: boolean): string {
  const noun = () => pick(random, NOUNS);
  const statements = 3 + Math.floor(random() * 5);
  if (language === 'python') {
    const [list, one] = [noun(), noun()];
    const name = `${pick(random, VERBS)}_${noun()}_${noun()}`;
    const body = Array.from({ length: statements }, () => pyStatement(random, list, one)).join('\n');
    return `def ${name}(${list}s, ${one}):\n    ${noun()}_total = 0\n${body}\n    return ${pick(random, [`{'${noun()}': ${list}s, '${noun()}': ${one}}`, `${list}s`, `len(${list}s) + ${one}.${noun()}`])}`;
  }
  const [list, one] = [`${noun()}List`, `${noun()}Of`];
  const name = `${pick(random, VERBS)}${upper(noun())}${upper(noun())}`;
  const types = typed ? [': any[]', ': any'] : ['', ''];
  const body = Array.from({ length: statements }, () => scriptStatement(random, list, one)).join('\n');
  return `export function ${name}(${list}${types[0]}, ${one}${types[1]}) {\n${body}\n  return ${pick(random, [`{ ${noun()}: ${list}, ${noun()}: ${one} }`, list, `${list}.length + ${one}.${noun()}`])};\n}`;
}

function scriptStatement(random: Random, list: string, one: string): string {
  const noun = () => pick(random, NOUNS);
  const method = () => pick(random, METHODS);
  const number = () => String(Math.floor(random() * 900) + 3);
  const item = noun();
  return pick(random, [
    () => `  const ${item} = ${one}.${noun()}.${method()}(${number()});`,
    () => `  if (${one}.${noun()} > ${number()}) ${one}.${noun()} = '${noun()}';`,
    () =>
      `  for (const ${item} of ${list}) {\n    if (${item}.${noun()} === '${noun()}') ${item}.${noun()} += ${number()};\n    else ${one}.${noun()}.push(${item}.${noun()});\n  }`,
    () => `  const ${item}s = ${list}.map((each) => each.${noun()}.${method()}('${noun()}'));`,
    () =>
      `  const ${item}s = ${list}.filter((each) => each.${noun()} ${pick(random, ['<', '>', '!=='])} ${one}.${noun()});`,
    () =>
      `  ${one}.${noun()} = ${list}.reduce((sum, each) => sum + each.${noun()} * each.${noun()}, ${number()});`,
    () =>
      `  try {\n    ${one}.${noun()}(${list}.${method()}(${number()}));\n  } catch (error) {\n    ${one}.${noun()} = error.${noun()};\n  }`,
    () => `  ${list}.sort((a, b) => a.${noun()} - b.${noun()});`,
    () => `  while (${one}.${noun()} < ${number()}) ${one}.${noun()} += ${list}[${one}.${noun()}].${noun()};`,
    () => `  const ${item}Text = \`\${${one}.${noun()}} ${noun()} \${${list}.length}\`;`,
    () =>
      `  switch (${one}.${noun()}) {\n    case '${noun()}':\n      ${one}.${noun()} = ${number()};\n      break;\n    default:\n      ${one}.${noun()} = null;\n  }`,
  ])();
}

function pyStatement(random: Random, list: string, one: string): string {
  const noun = () => pick(random, NOUNS);
  const method = () => pick(random, PY_METHODS);
  const number = () => String(Math.floor(random() * 900) + 3);
  const item = noun();
  return pick(random, [
    () => `    ${item} = ${one}.${noun()}.${method()}(${number()})`,
    () => `    if ${one}.${noun()} > ${number()}:\n        ${one}.${noun()} = '${noun()}'`,
    () =>
      `    for ${item} in ${list}s:\n        if ${item}.${noun()} == '${noun()}':\n            ${item}.${noun()} += ${number()}\n        else:\n            ${one}.${noun()}.append(${item}['${noun()}'])`,
    () => `    ${item}s = [each.${noun()}.${method()}('${noun()}') for each in ${list}s if each.${noun()}]`,
    () => `    ${item}s = {each['${noun()}']: each.${noun()} for each in ${list}s}`,
    () => `    ${one}.${noun()} = sum(each.${noun()} * each.${noun()} for each in ${list}s)`,
    () =>
      `    try:\n        ${one}.${noun()}(${list}s[${number()}].${noun()})\n    except KeyError as error:\n        ${one}.${noun()} = str(error)`,
    () => `    ${list}s.sort(key=lambda each: each.${noun()})`,
    () =>
      `    while ${one}.${noun()} < ${number()}:\n        ${one}.${noun()} += ${list}s[${one}.${noun()}].${noun()}`,
    () =>
      `    with open(${one}.${noun()}) as ${item}_file:\n        ${one}.${noun()} = ${item}_file.read().${method()}()`,
  ])();
}

/** What most files of a kind hold: wrappers, entry points. Alike in every task, and nothing to learn from. */
export const BOILERPLATE = {
  script: `import { readFileSync } from 'node:fs';
export const readText = (path) => readFileSync(path, 'utf8');
export const isEmpty = (list) => list.length === 0;
async function main() {
  const [, , path] = process.argv;
  if (!path) {
    console.error('usage: tool PATH');
    process.exit(1);
  }
  for (const line of readText(path).split('\\n')) if (line !== '') console.log(line.trim());
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});`,
  python: `import sys

def read_text(path):
    with open(path) as file:
        return file.read()

def main():
    if len(sys.argv) < 2:
        print('usage: tool PATH')
        sys.exit(1)
    for line in read_text(sys.argv[1]).splitlines():
        if line:
            print(line.strip())

if __name__ == '__main__':
    main()`,
};
