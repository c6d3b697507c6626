/** billing-service is ESM (`"type": "module"`) except legacy/, which says commonjs; each side fails with its own error. */
import { edit, type Problem, sh, write } from './problem.ts';
import { groupCode, parseCode, retryCode } from './snippets.ts';

interface Script {
  id: string;
  ask: string;
  script: string;
  files: Record<string, string>;
  naive: string;
  right: string;
  expect: string;
  /** A half-way repair. */
  half?: string;
  done: string;
  hardness?: number;
}

const PACKAGE = `${JSON.stringify({ name: 'billing-service', private: true, type: 'module' }, null, 2)}\n`;

export function moduleKindProblem(p: Script): Problem {
  const restore = [write('Back to what I had.', p.script, p.naive)];
  return {
    id: p.id,
    family: 'module-kinds',
    project: 'billing-service',
    domain: 'node',
    ask: p.ask,
    files: {
      'package.json': PACKAGE,
      'src/money.js': "export const euros = (cents) => (cents / 100).toFixed(2) + ' EUR';\n",
      'legacy/package.json': '{ "type": "commonjs" }\n',
      'legacy/rows.js': "module.exports = { rows: [{ id: 'l1', cents: 250 }, { id: 'l2', cents: 1000 }] };\n",
      ...p.files,
    },
    look: [
      sh(['What is there?', 'See what exists.'], 'ls . src legacy'),
      sh('Look at what I can build on.', 'head -n 3 src/money.js legacy/rows.js'),
    ],
    work: [write(['Write the script.', 'A small script.'], p.script, p.naive)],
    check: `node ${p.script}`,
    symptom: /ReferenceError|SyntaxError|ERR_[A-Z_]+/,
    deadEnds: [
      {
        acts: [
          edit('Drop the module type, then require works.', 'package.json', ',\n  "type": "module"', ''),
        ],
        undo: [
          edit(
            'Other code relies on the type; put it back.',
            'package.json',
            '"private": true',
            '"private": true,\n  "type": "module"',
          ),
        ],
      },
      { acts: [sh('Which Node is this?', 'node --version')] },
      {
        acts: [sh('Force it on the command line.', `node --experimental-default-type=commonjs ${p.script}`)],
      },
      ...(p.half ? [{ acts: [write('Load it the other way.', p.script, p.half)], undo: restore }] : []),
    ],
    clue: [
      sh(
        ['Which module kind applies here?', 'What do the package.json files say?'],
        'grep -n type package.json */package.json',
      ),
    ],
    remedies: [
      [
        write(
          ['Write it in the module kind of its folder.', 'Use the syntax this folder wants.'],
          p.script,
          p.right,
        ),
      ],
    ],
    informed: [write('Everything but legacy/ is ESM here, legacy/ is CommonJS.', p.script, p.right)],
    verify: [
      `node ${p.script} > .out && grep -qxF '${p.expect}' .out`,
      `grep -q '"type": "module"' package.json`,
    ],
    done: p.done,
    hardness: p.hardness,
  };
}

const csv = 'id,name\n1,"Miller, Inc"\n2,Initech\n';
const rates = '{\n  "USD": 1.08,\n  "CHF": 0.94\n}\n';
const pings = groupCode('js', { name: 'byHost', rows: 'pings', key: 'hostOf' });
const fetchCode = retryCode('js', { name: 'untilAnswer', call: 'ask', attempts: 'rounds', delay: 'gapMs' });
const asking = `
let asked = 0;
const ask = async () => {
  asked++;
  if (asked < 3) throw new Error('no answer yet');
  return 'answer after ' + asked;
};
`;
const legacyReport = `const sum = rows.reduce((total, row) => total + row.cents, 0);\nconsole.log('legacy total ' + sum);\n`;

export const moduleKinds: Problem[] = [
  moduleKindProblem({
    id: 'customer-names',
    ask: 'Write scripts/names.js that reads customers.csv (names may contain commas inside quotes) and prints the names joined by " | ".',
    script: 'scripts/names.js',
    files: { 'customers.csv': csv },
    naive: `const { readFileSync } = require('node:fs');\nconst { join } = require('node:path');\n\n${parseCode('js', { name: 'parseRows', text: 'text', separator: 'comma' }).replace('export ', '')}\nconst [, ...rows] = parseRows(readFileSync(join(__dirname, '../customers.csv'), 'utf8'));\nconsole.log(rows.map((row) => row[1]).join(' | '));\n`,
    half: `import { readFileSync } from 'node:fs';\nimport { join } from 'node:path';\n\n${parseCode('js', { name: 'parseRows', text: 'text', separator: 'comma' })}\nconst [, ...rows] = parseRows(readFileSync(join(__dirname, '../customers.csv'), 'utf8'));\nconsole.log(rows.map((row) => row[1]).join(' | '));\n`,
    right: `import { readFileSync } from 'node:fs';\nimport { join } from 'node:path';\n\n${parseCode('js', { name: 'parseRows', text: 'text', separator: 'comma' })}\nconst [, ...rows] = parseRows(readFileSync(join(import.meta.dirname, '../customers.csv'), 'utf8'));\nconsole.log(rows.map((row) => row[1]).join(' | '));\n`,
    expect: 'Miller, Inc | Initech',
    done: 'scripts/names.js prints both names.',
  }),
  moduleKindProblem({
    id: 'print-rates',
    ask: 'scripts/rates.js should print every currency in config/rates.json with its rate, one "USD 1.08" per line.',
    script: 'scripts/rates.js',
    files: { 'config/rates.json': rates },
    naive:
      "const rates = require('../config/rates.json');\n\nfor (const [currency, rate] of Object.entries(rates)) console.log(currency + ' ' + rate);\n",
    half: "import rates from '../config/rates.json';\n\nfor (const [currency, rate] of Object.entries(rates)) console.log(currency + ' ' + rate);\n",
    right:
      "import rates from '../config/rates.json' with { type: 'json' };\n\nfor (const [currency, rate] of Object.entries(rates)) console.log(currency + ' ' + rate);\n",
    expect: 'CHF 0.94',
    done: 'scripts/rates.js prints the rates.',
  }),
  moduleKindProblem({
    id: 'legacy-total',
    ask: 'We still need a total over the legacy rows: legacy/total.js should print "legacy total <cents>" using legacy/rows.js.',
    script: 'legacy/total.js',
    files: {},
    naive: `import { rows } from './rows.js';\n\n${legacyReport}`,
    right: `const { rows } = require('./rows.js');\n\n${legacyReport}`,
    expect: 'legacy total 1250',
    done: 'legacy/total.js prints the total.',
  }),
  moduleKindProblem({
    id: 'ping-summary',
    ask: 'Please write scripts/pings.js: group the pings in pings.json by host and print "host count", e.g. "db 2".',
    script: 'scripts/pings.js',
    files: {
      'pings.json': '[{ "host": "db", "ms": 3 }, { "host": "api", "ms": 9 }, { "host": "db", "ms": 4 }]\n',
    },
    naive: `const pings = require('../pings.json');\n\n${pings.replace('export ', '')}\nfor (const [host, group] of byHost(pings, (ping) => ping.host)) console.log(host + ' ' + group.length);\n`,
    half: `import pings from '../pings.json';\n\n${pings}\nfor (const [host, group] of byHost(pings, (ping) => ping.host)) console.log(host + ' ' + group.length);\n`,
    right: `import pings from '../pings.json' with { type: 'json' };\n\n${pings}\nfor (const [host, group] of byHost(pings, (ping) => ping.host)) console.log(host + ' ' + group.length);\n`,
    expect: 'db 2',
    done: 'scripts/pings.js prints the count per host.',
  }),
  moduleKindProblem({
    id: 'wait-for-answer',
    ask: 'Add scripts/wait.js with untilAnswer(ask, rounds, gapMs), which asks again until there is an answer, and use it on the toy ask function described in docs/ask.md.',
    script: 'scripts/wait.js',
    files: {
      'docs/ask.md':
        '`ask` throws twice ("no answer yet") and then returns "answer after 3". Print what it returned in euros style of src/money.js: "answer after 3 / 0.03 EUR".\n',
    },
    naive: `const { euros } = require('../src/money.js');\n\n${fetchCode.replace('export ', '')}${asking}\nuntilAnswer(ask, 3, 1).then((answer) => console.log(answer + ' / ' + euros(asked)));\n`,
    half: `import { euros } from '../src/money';\n\n${fetchCode}${asking}\nconsole.log((await untilAnswer(ask, 3, 1)) + ' / ' + euros(asked));\n`,
    right: `import { euros } from '../src/money.js';\n\n${fetchCode}${asking}\nconsole.log((await untilAnswer(ask, 3, 1)) + ' / ' + euros(asked));\n`,
    expect: 'answer after 3 / 0.03 EUR',
    done: 'scripts/wait.js prints the answer.',
  }),
];
