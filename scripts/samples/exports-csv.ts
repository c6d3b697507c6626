/** data-tools reads exports of an ERP: a BOM, semicolons and decimal commas, none of which `cat` shows at a glance. */
import { edit, type Problem, sh, write } from './problem.ts';

interface Export {
  id: string;
  ask: string;
  file: string;
  /** First column; the BOM hides it. */
  key: string;
  header: string[];
  rows: string[][];
  script: string;
  body: string;
  out: string;
  expect: string;
  done: string;
  hardness?: number;
}

/** Python with a read function of its own: the way a solver writes it before it has seen the file's bytes. */
const program = (file: string, body: string, out: string) => `import csv
import json
import os


def number(text):
    return float(text)


def load(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


rows = load("${file}")
${body}
os.makedirs("out", exist_ok=True)
with open("${out}", "w") as f:
    json.dump(result, f, indent=1, sort_keys=True)
print("wrote ${out}")
`;

export function exportProblem(p: Export): Problem {
  const file = `exports/${p.file}`;
  const script = `${p.script}.py`;
  const out = `out/${p.out}.json`;
  const text = [p.header, ...p.rows].map((row) => row.join(';')).join('\r\n');
  const naive = program(file, p.body, out);
  const open = '    with open(path, newline="") as f:\n        return list(csv.DictReader(f))';
  const opened =
    '    with open(path, newline="", encoding="utf-8-sig") as f:\n        return list(csv.DictReader(f, delimiter=";"))';
  const right = naive
    .replace(open, opened)
    .replace('float(text)', 'float(text.replace(".", "").replace(",", "."))');
  const restore = [write('That led nowhere; back to the plain version.', script, naive)];
  return {
    id: p.id,
    family: 'exports-csv',
    project: 'data-tools',
    domain: 'data',
    ask: p.ask,
    files: {
      [file]: `\uFEFF${text}\r\n`,
      'README.md':
        '# data-tools\n\nSmall Python scripts over the exports in exports/. Results go to out/. Standard library only.\n',
    },
    look: [
      sh('What files are there?', 'ls exports'),
      sh(['First lines of the file.', 'Peek at it.'], `head -n 3 ${file}`),
    ],
    work: [write(['Write the script.', 'A few lines of Python will do.'], script, naive)],
    check: `python3 ${script}`,
    symptom: /KeyError|could not convert|TypeError/,
    deadEnds: [
      {
        acts: [
          edit(
            'Header names may have blanks round them, strip them.',
            script,
            'return list(csv.DictReader(f))',
            'return [{k.strip(): v for k, v in row.items()} for row in csv.DictReader(f)]',
          ),
        ],
        undo: restore,
      },
      {
        acts: [
          edit('It may be an encoding problem.', script, 'newline=""', 'newline="", encoding="latin-1"'),
        ],
        undo: restore,
      },
      {
        acts: [
          edit(
            'The delimiter is a semicolon.',
            script,
            'csv.DictReader(f)',
            'csv.DictReader(f, delimiter=";")',
          ),
        ],
        undo: restore,
      },
      {
        acts: [
          edit(
            'Skip rows that lack the column.',
            script,
            `rows = load("${file}")`,
            `rows = [row for row in load("${file}") if "${p.key}" in row]`,
          ),
        ],
        undo: restore,
      },
      {
        acts: [
          sh(
            'pandas guesses formats.',
            `python3 -c "import pandas; print(pandas.read_csv('${file}').columns)"`,
          ),
        ],
      },
    ],
    clue: [
      sh(
        ['Look at the bytes of the first line.', 'What exactly is in the header?'],
        `head -n 2 ${file} | od -c | head -n 12`,
      ),
    ],
    remedies: [
      [
        write(
          [
            'A BOM, semicolons and decimal commas: handle all three.',
            'The export has a BOM, ";" and "1.234,50" numbers.',
          ],
          script,
          right,
        ),
      ],
    ],
    informed: [
      write('These exports have a BOM, semicolons and decimal commas: read them that way.', script, right),
    ],
    verify: [
      `test -s ${out}`,
      `python3 ${script} >/dev/null && python3 -c "import json; got = json.load(open('${out}')); assert got == json.loads('${p.expect}'), got; print('result as expected')"`,
    ],
    done: p.done,
    hardness: p.hardness,
  };
}

export const exportsCsv: Problem[] = [
  exportProblem({
    id: 'net-per-customer',
    ask: 'Sum the net amount per customer from exports/orders.csv and write it as JSON (customer → amount, two decimals) to out/net.json, with a script net.py.',
    file: 'orders.csv',
    key: 'customer',
    header: ['customer', 'order', 'net'],
    rows: [
      ['ACME', 'A-1', '1.200,50'],
      ['ACME', 'A-2', '99,50'],
      ['Initech', 'A-3', '10,00'],
    ],
    script: 'net',
    body: 'result = {}\nfor row in rows:\n    result[row["customer"]] = round(result.get(row["customer"], 0) + number(row["net"]), 2)',
    out: 'net',
    expect: '{\\"ACME\\": 1300.0, \\"Initech\\": 10.0}',
    done: 'out/net.json has the net amount per customer.',
  }),
  exportProblem({
    id: 'stock-below-minimum',
    ask: 'Which articles in exports/stock.csv are below their minimum? I need a sorted list of the article numbers in out/low.json; call the script low.py.',
    file: 'stock.csv',
    key: 'article',
    header: ['article', 'on_hand', 'minimum'],
    rows: [
      ['7001', '12,5', '20,0'],
      ['7002', '1.040,0', '900,0'],
      ['7003', '3,0', '3,5'],
    ],
    script: 'low',
    body: 'result = sorted(row["article"] for row in rows if number(row["on_hand"]) < number(row["minimum"]))',
    out: 'low',
    expect: '[\\"7001\\", \\"7003\\"]',
    done: 'out/low.json lists the articles below minimum.',
  }),
  exportProblem({
    id: 'hours-per-project',
    ask: 'Monthly hours: exports/hours.csv has one row per booking. Please total the hours by project, result in out/hours.json, code in hours.py.',
    file: 'hours.csv',
    key: 'project',
    header: ['project', 'person', 'hours'],
    rows: [
      ['apollo', 'kim', '7,50'],
      ['apollo', 'lee', '0,25'],
      ['gemini', 'kim', '8,00'],
    ],
    script: 'hours',
    body: 'result = {}\nfor row in rows:\n    result[row["project"]] = result.get(row["project"], 0) + number(row["hours"])',
    out: 'hours',
    expect: '{\\"apollo\\": 7.75, \\"gemini\\": 8.0}',
    done: 'hours per project are in out/hours.json.',
  }),
  exportProblem({
    id: 'largest-refund',
    ask: 'Find the largest refund per region in exports/refunds.csv (column amount) and save {region: amount} to out/refunds.json. Script name: refunds.py.',
    file: 'refunds.csv',
    key: 'region',
    header: ['region', 'ticket', 'amount'],
    rows: [
      ['north', 'T1', '12,00'],
      ['north', 'T2', '1.001,10'],
      ['south', 'T3', '4,75'],
    ],
    script: 'refunds',
    body: 'result = {}\nfor row in rows:\n    result[row["region"]] = max(result.get(row["region"], 0), number(row["amount"]))',
    out: 'refunds',
    expect: '{\\"north\\": 1001.1, \\"south\\": 4.75}',
    done: 'the largest refund per region is in out/refunds.json.',
  }),
];
