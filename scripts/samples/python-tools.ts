/** data-tools: vendored modules come in through `bootstrap`, and configuration files are JSON with comments. */
import { edit, type Problem, sh, write } from './problem.ts';

const BOOTSTRAP =
  '"""Import this first: it makes the vendored modules importable."""\nimport pathlib\nimport sys\n\nsys.path.insert(0, str(pathlib.Path(__file__).parent / "third_party" / "lib"))\n';
const TABFMT =
  'def table(rows):\n    """Rows of texts, aligned in columns."""\n    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]\n    return "\\n".join("  ".join(str(c).ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows)\n';
const UNITS =
  'SIZES = ["B", "KB", "MB", "GB"]\n\n\ndef human(n):\n    """1536 -> 1.5 KB"""\n    for unit in SIZES:\n        if n < 1024:\n            return f"{n:.1f} {unit}"\n        n /= 1024\n    return f"{n:.1f} TB"\n';

/** A log that quotes errors of other runs: not an error of this one. */
const NIGHTLY =
  '02:00:01 refresh started\n02:00:09 upload ERROR ConnectionResetError: peer went away, trying again\n02:00:12 upload ok\n02:00:12 refresh finished\n';

interface Script {
  id: string;
  ask: string;
  script: string;
  module: string;
  files: Record<string, string>;
  body: string;
  imports: string;
  expect: string;
  done: string;
  hardness?: number;
}

export function vendoredProblem(p: Script): Problem {
  const script = `${p.script}.py`;
  const naive = `${p.imports}\n\n${p.body}`;
  return {
    id: p.id,
    family: 'vendored',
    project: 'data-tools',
    domain: 'python',
    ask: p.ask,
    files: {
      'bootstrap.py': BOOTSTRAP,
      'third_party/lib/tabfmt.py': TABFMT,
      'third_party/lib/humanunits.py': UNITS,
      'sizes.py':
        'import bootstrap  # noqa: F401\nfrom humanunits import human\n\nfor n in (10, 4096):\n    print(human(n))\n',
      'logs/nightly.log': NIGHTLY,
      'README.md': '# data-tools\n\nPython scripts, standard library plus what is vendored.\n',
      ...p.files,
    },
    look: [
      sh(['What is there?', 'See what exists.'], 'ls . third_party'),
      ...Object.keys(p.files)
        .slice(0, 1)
        .map((file) => sh('Look at the input.', `head -n 4 ${file}`)),
      sh('Anything odd in the last nightly run?', 'tail -n 3 logs/nightly.log'),
    ],
    work: [write(['Write the script.', 'The script.'], script, naive)],
    check: `python3 ${script}`,
    symptom: /ModuleNotFoundError|ImportError/,
    deadEnds: [
      {
        acts: [
          sh(['Install it.', 'The module is missing: install it.'], `python3 -m pip install ${p.module}`),
        ],
      },
      {
        acts: [sh('Copy the module next to the script.', `cp third_party/lib/${p.module}.py .`)],
        undo: [sh('Remove the copy.', `rm -f ${p.module}.py`)],
      },
      {
        acts: [
          edit('Import it from where it lies.', script, `from ${p.module}`, `from third_party.${p.module}`),
        ],
        undo: [write('Back to the plain import.', script, naive)],
      },
      {
        acts: [sh('Set the path for this run.', `PYTHONPATH=third_party python3 ${script} 2>&1 | tail -n 1`)],
      },
    ],
    clue: [
      sh(
        ['How do the other scripts import it?', `Who else uses ${p.module}?`],
        `grep -rn -E 'import|sys.path' --include=*.py . | grep -v third_party/lib/`,
      ),
    ],
    remedies: [
      [
        edit(
          ['The other scripts import bootstrap first.', 'bootstrap puts third_party/lib on the path.'],
          script,
          p.imports,
          `import bootstrap  # noqa: F401\n${p.imports}`,
        ),
      ],
    ],
    informed: [
      write('Vendored modules need bootstrap first.', script, `import bootstrap  # noqa: F401\n${naive}`),
    ],
    verify: [`test ! -e ${p.module}.py`, `python3 ${script} | grep -qxF '${p.expect}'`],
    done: p.done,
    hardness: p.hardness,
  };
}

const READER = `"""Reads our configuration: JSON with // comments and trailing commas."""
import json
import re

STRING = r'"(?:[^"\\\\\\\\]|\\\\\\\\.)*"'.replace("\\\\\\\\", "\\\\")


def load(path):
    text = open(path, encoding="utf-8").read()
    text = re.sub(STRING + r"|//[^\\n]*", lambda m: m.group(0) if m.group(0)[0] == '"' else "", text)
    text = re.sub(STRING + r"|,(?=\\s*[}\\]])", lambda m: m.group(0) if m.group(0)[0] == '"' else "", text)
    return json.loads(text)
`;

interface Config {
  id: string;
  ask: string;
  config: string;
  text: string;
  script: string;
  body: string;
  expect: string;
  done: string;
  hardness?: number;
}

export function commentedJsonProblem(p: Config): Problem {
  const config = `config/${p.config}.json`;
  const script = `${p.script}.py`;
  const plain = `import json\n\nconfig = json.load(open("${config}"))\n${p.body}`;
  const stripped = `import json\nimport re\n\nconfig = json.loads(re.sub(r"//.*", "", open("${config}").read()))\n${p.body}`;
  const right = `from tools.conf import load\n\nconfig = load("${config}")\n${p.body}`;
  const back = [write('Back to plain json.', script, plain)];
  return {
    id: p.id,
    family: 'commented-json',
    project: 'data-tools',
    domain: 'python',
    ask: p.ask,
    files: {
      [config]: p.text,
      'tools/conf.py': READER,
      'tools/__init__.py': '',
      'logs/nightly.log': NIGHTLY,
      'README.md': '# data-tools\n\nScripts in the root, configuration in config/, shared code in tools/.\n',
    },
    look: [
      sh(['Look around.', 'What is there?'], 'ls . config tools'),
      sh('First lines of the configuration.', `head -n 3 ${config}`),
      sh('Did the nightly run complain about it?', 'cat logs/nightly.log'),
    ],
    work: [write(['Write the script.', 'Read the configuration and print it.'], script, plain)],
    check: `python3 ${script}`,
    symptom: /JSONDecodeError/,
    deadEnds: [
      { acts: [write('Strip the comments with a regular expression.', script, stripped)], undo: back },
      {
        acts: [sh('Remove the comments from the file.', `sed -i 's|//.*||' ${config}`)],
        undo: [write('That cut the urls as well. Put the file back as it was.', config, p.text)],
      },
      { acts: [sh('Is there a JSON5 module?', 'python3 -c "import json5"')] },
      { acts: [sh('Check the syntax.', `python3 -m json.tool ${config}`)] },
    ],
    clue: [
      sh(
        ['Does the project read such files elsewhere?', 'Who else reads config/?'],
        'grep -rn -i "json" tools --include=*.py',
      ),
    ],
    remedies: [
      [write(['tools/conf.py reads these files.', 'Use the reader the project has.'], script, right)],
    ],
    informed: [write('Configuration has comments here, tools/conf.py reads it.', script, right)],
    verify: [`python3 ${script} | grep -qxF '${p.expect}'`, `grep -q // ${config}`],
    done: p.done,
    hardness: p.hardness,
  };
}

const group = (name: string, rows: string, key: string) =>
  `def ${name}(${rows}, ${key}):\n    groups = {}\n    for row in ${rows}:\n        groups.setdefault(${key}(row), []).append(row)\n    return groups\n\n\n`;

export const pythonTools: Problem[] = [
  vendoredProblem({
    id: 'latency-table',
    ask: 'Print latency.txt ("host ms" per line) as an aligned table with our tabfmt module; script name latency.py. First the host, then the mean of its values with one decimal.',
    script: 'latency',
    module: 'tabfmt',
    files: { 'latency.txt': 'api 12\ndatabase 3\napi 15\n' },
    imports: 'from tabfmt import table',
    body: `${group('by_host', 'lines', 'host_of')}lines = [line.split() for line in open("latency.txt")]\nrows = []\nfor host, group in by_host(lines, lambda row: row[0]).items():\n    rows.append([host, f"{sum(float(row[1]) for row in group) / len(group):.1f}"])\nprint(table(rows))\n`,
    expect: 'api       13.5',
    done: 'latency.py prints the table.',
  }),
  vendoredProblem({
    id: 'bucket-sizes',
    ask: 'buckets.py should print the size of every bucket in buckets.txt human readable, using humanunits, e.g. "logs 1.5 KB".',
    script: 'buckets',
    module: 'humanunits',
    files: { 'buckets.txt': 'logs 1536\nmedia 5242880\n' },
    imports: 'from humanunits import human',
    body: 'for line in open("buckets.txt"):\n    name, size = line.split()\n    print(name, human(int(size)))\n',
    expect: 'media 5.0 MB',
    done: 'buckets.py prints readable sizes.',
  }),
  vendoredProblem({
    id: 'owner-table',
    ask: 'I need owners.py: how many datasets has each owner in datasets.txt? Aligned columns via tabfmt, sorted by owner.',
    script: 'owners',
    module: 'tabfmt',
    files: { 'datasets.txt': 'orders kim\nrefunds lee\nstock kim\n' },
    imports: 'from tabfmt import table',
    body: `${group('by_owner', 'datasets', 'owner_of')}datasets = [line.split() for line in open("datasets.txt")]\nowners = by_owner(datasets, lambda row: row[1])\nprint(table([[owner, len(owners[owner])] for owner in sorted(owners)]))\n`,
    expect: 'kim  2',
    done: 'owners.py counts datasets per owner.',
  }),
  vendoredProblem({
    id: 'backup-growth',
    ask: 'Write growth.py, which prints the difference between the last and the first size in backups.txt with humanunits.',
    script: 'growth',
    module: 'humanunits',
    files: { 'backups.txt': '1048576\n2097152\n4194304\n' },
    imports: 'from humanunits import human',
    body: 'sizes = [int(line) for line in open("backups.txt")]\nprint(human(sizes[-1] - sizes[0]))\n',
    expect: '3.0 MB',
    done: 'growth.py prints the growth.',
  }),
  commentedJsonProblem({
    id: 'print-sources',
    ask: 'sources.py prints the url of every source in config/sources.json, one per line.',
    config: 'sources',
    text: '{\n  // nightly\n  "sources": [\n    { "name": "orders", "url": "https://erp.example.com/orders" },\n    { "name": "stock", "url": "https://erp.example.com/stock" }, // slow\n  ]\n}\n',
    script: 'sources',
    body: 'for source in config["sources"]:\n    print(source["url"])\n',
    expect: 'https://erp.example.com/stock',
    done: 'sources.py prints the urls.',
  }),
  commentedJsonProblem({
    id: 'total-quota',
    ask: 'Sum up the quota of all teams in config/teams.json and print "total N" (teams.py).',
    config: 'teams',
    text: '{\n  "wiki": "https://wiki.example.com/quota", // see there\n  "teams": { "data": 40, "web": 25, },\n}\n',
    script: 'teams',
    body: 'print("total", sum(config["teams"].values()))\n',
    expect: 'total 65',
    done: 'teams.py prints the total.',
  }),
  commentedJsonProblem({
    id: 'enabled-jobs',
    ask: 'Which jobs in config/jobs.json are enabled? jobs.py should print their names, comma separated and sorted.',
    config: 'jobs',
    text: '{\n  // times are UTC\n  "status": "https://status.example.com",\n  "jobs": [\n    { "name": "refresh", "enabled": true },\n    { "name": "purge", "enabled": false },\n    { "name": "export", "enabled": true },\n  ]\n}\n',
    script: 'jobs',
    body: 'print(",".join(sorted(job["name"] for job in config["jobs"] if job["enabled"])))\n',
    expect: 'export,refresh',
    done: 'jobs.py prints the enabled jobs.',
  }),
  commentedJsonProblem({
    id: 'longest-timeout',
    ask: 'Print the endpoint with the longest timeout from config/endpoints.json as "url seconds", in a script timeouts.py.',
    config: 'endpoints',
    text: '{\n  "endpoints": [\n    { "url": "https://a.example.com", "timeout": 5 }, // fast\n    { "url": "https://b.example.com", "timeout": 60 },\n  ],\n}\n',
    script: 'timeouts',
    body: 'slowest = max(config["endpoints"], key=lambda e: e["timeout"])\nprint(slowest["url"], slowest["timeout"])\n',
    expect: 'https://b.example.com 60',
    done: 'timeouts.py prints the slowest endpoint.',
    hardness: 0.2,
  }),
];
