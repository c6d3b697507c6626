/** infra-scripts was once edited on Windows: scripts and the conf/ they source have CRLF line ends, both must go. */
import { edit, type Flaw, type Problem, read, sh } from './problem.ts';

interface Script {
  id: string;
  ask: string;
  script: string;
  conf: string;
  lines: string[];
  confLines: string[];
  /** The change, as single-line edits: [why, from, to]. */
  change: [string, string, string][];
  flaw: [string, string, string];
  args: string;
  setup?: string;
  verify: string[];
  done: string;
  shebang?: string;
  hardness?: number;
}

export function lineEndingProblem(p: Script): Problem {
  const script = `scripts/${p.script}.sh`;
  const conf = `conf/${p.conf}.env`;
  const edits = p.change.map(([why, from, to]) => edit(why, script, from, to));
  const [why, from, to] = p.flaw;
  const last = p.change.at(-1);
  const flaw: Flaw[] = last
    ? [
        {
          acts: [...edits.slice(0, -1), edit(why, script, from, to)],
          mend: [edit('That was off, correct it.', script, to, last[2])],
        },
      ]
    : [];
  return {
    id: p.id,
    family: 'line-endings',
    project: 'infra-scripts',
    domain: 'shell',
    ask: p.ask,
    files: {
      [script]: [p.shebang ?? '#!/usr/bin/env bash', 'set -eu', `. conf/${p.conf}.env`, ...p.lines, ''].join(
        '\r\n',
      ),
      [conf]: [...p.confLines, ''].join('\r\n'),
      'README.md':
        '# infra-scripts\n\nRun everything from the root of the repository, e.g. `./scripts/name.sh`.\n',
    },
    setup: p.setup,
    look: [
      sh('What is here?', 'ls scripts conf'),
      read(['Read the script.', 'First read it.'], script),
      sh('And its settings.', `cat ${conf}`),
    ],
    work: edits,
    flaws: flaw,
    check: `./${script} ${p.args}`.trim(),
    symptom:
      /\\r|\r|bad interpreter|required file not found|invalid option|unexpected end of file|syntax error/,
    deadEnds: [
      { acts: [sh(['Perhaps it is not executable.', 'Make it executable.'], `chmod +x ${script}`)] },
      { acts: [sh('Call bash directly instead of through the shebang.', `bash ${script} ${p.args}`.trim())] },
      { acts: [sh('Convert the line ends.', `dos2unix ${script}`)] },
      { acts: [sh('Strip the carriage returns of the script.', `sed -i 's/\\r$//' ${script}`)] },
      { acts: [sh('Is the interpreter there?', 'command -v bash; bash --version | head -1')] },
    ],
    clue: [
      sh(
        ['Which files have carriage returns?', 'Find every file with CRLF line ends.'],
        "grep -rlI $'\\r' . --exclude-dir=.git",
      ),
    ],
    remedies: [
      [
        sh(
          [
            'Strip the carriage returns everywhere, conf/ is sourced too.',
            'Script and settings both have CRLF.',
          ],
          "sed -i 's/\\r$//' scripts/*.sh conf/*.env",
        ),
      ],
      [
        sh(
          'Both the script and what it sources need LF.',
          `for f in ${script} ${conf}; do tr -d '\\r' < $f > $f.lf && cat $f.lf > $f && rm $f.lf; done`,
        ),
      ],
    ],
    verify: p.verify,
    done: p.done,
    hardness: p.hardness,
  };
}

export const lineEndings: Problem[] = [
  lineEndingProblem({
    id: 'prune-logs',
    ask: 'Let scripts/prune.sh delete every log under logs/ that has fewer than MIN lines (MIN is set in conf/prune.env) and list what is left.',
    script: 'prune',
    conf: 'prune',
    confLines: ['MIN=3'],
    lines: ['for f in logs/*.log', 'do', '  echo "keep $f"', 'done'],
    change: [
      [
        'Delete the short ones.',
        'do\n  echo "keep $f"\ndone',
        'do\n  [ "$(wc -l < "$f")" -ge "$MIN" ] || rm "$f"\ndone\nls logs',
      ],
    ],
    flaw: [
      'Delete the short ones.',
      'do\n  echo "keep $f"\ndone',
      'do\n  [ "$(wc -l < "$f")" -gt "$MIN" ] || rm "$f"\ndone\nls logs',
    ],
    args: '',
    setup: 'mkdir logs && for n in 1 2 3 4; do seq $n > logs/day-$n.log; done',
    verify: [
      'for n in 1 2 3 4; do seq $n > logs/day-$n.log; done; ./scripts/prune.sh && test "$(ls logs | tr "\\n" " ")" = "day-3.log day-4.log "',
    ],
    done: 'prune.sh deletes short logs.',
  }),
  lineEndingProblem({
    id: 'rotate-backups',
    ask: 'scripts/rotate.sh keeps all backups forever. It should keep only the newest KEEP files (by name) in the backup directory and delete the rest.',
    script: 'rotate',
    conf: 'backup',
    confLines: ['BACKUPS=backups', 'KEEP=3'],
    lines: ['cd "$BACKUPS"', '# TODO remove the old ones', 'echo "keeping all of $(ls | wc -l)"'],
    change: [
      ['Say what is kept.', 'echo "keeping all of $(ls | wc -l)"', 'echo "kept $(ls | wc -l)"'],
      [
        'Delete everything but the newest KEEP by name.',
        '# TODO remove the old ones',
        'ls | sort -r | tail -n "+$((KEEP + 1))" | xargs -r rm --',
      ],
    ],
    flaw: [
      'Delete all but the newest.',
      '# TODO remove the old ones',
      'ls | sort -r | tail -n "+$KEEP" | xargs -r rm --',
    ],
    args: '',
    setup: 'mkdir backups && for d in 01 02 03 04 05 06; do echo $d > backups/db-2025-01-$d.dump; done',
    verify: [
      'test "$(ls backups 2>/dev/null | wc -l)" -ge 2',
      'for d in 07 08 09 10; do echo $d > backups/db-2025-01-$d.dump; done; ./scripts/rotate.sh && test "$(ls backups | tr "\\n" " ")" = "db-2025-01-08.dump db-2025-01-09.dump db-2025-01-10.dump "',
    ],
    done: 'rotate.sh keeps the newest KEEP backups.',
  }),
  lineEndingProblem({
    id: 'health-report',
    ask: 'Please let scripts/health.sh write its report to the REPORT path from conf/health.env, one line "name ok|down" per service in services.txt. A service is up when run/<name>.pid exists.',
    script: 'health',
    conf: 'health',
    confLines: ['REPORT=out/health.txt', 'RUN=run'],
    lines: ['while read -r name; do', '  echo "$name"', 'done < services.txt'],
    change: [
      ['Write to the report.', 'done < services.txt', 'done < services.txt > "$REPORT"'],
      [
        'Tell up from down.',
        '  echo "$name"',
        '  if [ -e "$RUN/$name.pid" ]; then echo "$name ok"; else echo "$name down"; fi',
      ],
    ],
    flaw: [
      'Tell up from down.',
      '  echo "$name"',
      '  if [ -e "$RUN/$name" ]; then echo "$name ok"; else echo "$name down"; fi',
    ],
    args: '&& cat out/health.txt',
    setup:
      "mkdir -p out run && printf 'api\\nworker\\nmailer\\n' > services.txt && touch run/api.pid run/mailer.pid",
    verify: [
      './scripts/health.sh',
      `test "$(cat out/health.txt)" = "$(printf 'api ok\\nworker down\\nmailer ok')"`,
    ],
    done: 'health.sh writes one line per service to the report.',
  }),
  lineEndingProblem({
    id: 'tag-images',
    ask: 'We want scripts/tags.sh VERSION to print the three image tags for a release: full, minor and "latest", prefixed with the REGISTRY of conf/images.env, e.g. "registry.example.com/api:2.4.1".',
    script: 'tags',
    conf: 'images',
    confLines: ['REGISTRY=registry.example.com', 'IMAGE=api'],
    lines: ['version="$1"', 'echo "$REGISTRY/$IMAGE:$version"'],
    change: [
      [
        'All three tags.',
        'echo "$REGISTRY/$IMAGE:$version"',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
        'for tag in "$version" "${version%.*}" latest; do echo "$REGISTRY/$IMAGE:$tag"; done',
      ],
    ],
    flaw: [
      'All three tags.',
      'echo "$REGISTRY/$IMAGE:$version"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
      'for tag in "$version" "${version%%.*}" latest; do echo "$REGISTRY/$IMAGE:$tag"; done',
    ],
    args: '2.4.1',
    verify: [
      `test "$(./scripts/tags.sh 2.4.1)" = "$(printf 'registry.example.com/api:2.4.1\\nregistry.example.com/api:2.4\\nregistry.example.com/api:latest')"`,
    ],
    shebang: '#!/bin/bash',
    done: 'tags.sh prints the full, minor and latest tag.',
  }),
  lineEndingProblem({
    id: 'disk-guard',
    ask: 'scripts/guard.sh should exit with 3 and say "over limit" when the size in KB given as first argument is above LIMIT_KB from the settings; exactly at the limit is fine.',
    script: 'guard',
    conf: 'guard',
    confLines: ['LIMIT_KB=2048'],
    lines: ['used="$1"', 'echo "used $used KB"'],
    change: [
      [
        'Compare with the limit.',
        'echo "used $used KB"',
        'if [ "$used" -gt "$LIMIT_KB" ]; then echo "over limit"; exit 3; fi; echo "used $used KB"',
      ],
    ],
    flaw: [
      'Compare with the limit.',
      'echo "used $used KB"',
      'if [ "$used" -ge "$LIMIT_KB" ]; then echo "over limit"; exit 3; fi; echo "used $used KB"',
    ],
    args: '2048',
    verify: [
      './scripts/guard.sh 2048',
      './scripts/guard.sh 2049; test $? -eq 3',
      './scripts/guard.sh 10 | grep -q "used 10 KB"',
    ],
    done: 'guard.sh exits with 3 above the limit.',
    hardness: 0.5,
  }),
];
