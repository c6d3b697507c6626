/** infra-scripts: a pre-commit hook compares hosts.lock with the inventory; the lock is written by a tool. */
import { edit, type Problem, read, sh } from './problem.ts';

const LOCK = `"""Writes hosts.lock from inventory/*.txt; --check compares only."""
import hashlib
import pathlib
import sys

lines = []
for path in sorted(pathlib.Path("inventory").glob("*.txt")):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    lines.append(f"{path} {digest}\\n")
text = "".join(lines)
lock = pathlib.Path("hosts.lock")
if "--check" in sys.argv:
    for line in lines:
        if line not in lock.read_text():
            sys.exit(f"hosts.lock: stale entry for {line.split()[0]}")
else:
    lock.write_text(text)
    print(f"locked {len(lines)} files")
`;
const HOOK = '#!/bin/sh\npython3 tools/lock.py --check || { echo "pre-commit: refused" >&2; exit 1; }\n';

interface Change {
  id: string;
  ask: string;
  file: string;
  from: string;
  to: string;
  message: string;
  verify: string;
  done: string;
  hardness?: number;
}

export function lockHookProblem(p: Change): Problem {
  const file = `inventory/${p.file}`;
  const take = `git add ${file} && git commit -m "${p.message}"`;
  return {
    id: p.id,
    family: 'lock-hook',
    project: 'infra-scripts',
    domain: 'git',
    ask: p.ask,
    files: {
      'inventory/web.txt': 'web-1 10.0.1.11\nweb-2 10.0.1.12\n',
      'inventory/db.txt': 'db-1 10.0.2.21 primary\ndb-2 10.0.2.22 replica\n',
      'inventory/cache.txt': 'cache-1 10.0.3.31\n',
      'tools/lock.py': LOCK,
      '.githooks/pre-commit': HOOK,
      'README.md': '# infra-scripts\n\nHosts are in inventory/, one file per role.\n',
    },
    setup:
      'python3 tools/lock.py >/dev/null && git init -q . && git config core.hooksPath .githooks && git add -A && git commit -q -m "Inventory"',
    look: [
      sh(['What is in the inventory?', 'Look around.'], 'ls inventory tools'),
      read(['Look at the file first.', 'Read the file.'], file),
      sh('State of the repository.', 'git status --short && git log --oneline'),
    ],
    work: [edit(['Make the change.', 'Change the line.'], file, p.from, p.to)],
    check: take,
    symptom: /stale entry|pre-commit: refused/,
    deadEnds: [
      {
        acts: [
          sh(
            ['The hook only blocks; skip it.', 'Commit without the hook.'],
            `git commit -q --no-verify -m "${p.message}"`,
          ),
        ],
      },
      { acts: [sh('What does git think changed?', 'git diff --cached --stat')] },
      {
        acts: [
          sh('Let the lock include the change by touching it.', 'touch hosts.lock && git add hosts.lock'),
        ],
      },
      {
        acts: [edit('Make the hook a warning.', '.githooks/pre-commit', 'exit 1', 'exit 0')],
        undo: [sh('Restore the hook.', 'git checkout .githooks/pre-commit')],
      },
    ],
    clue: [
      sh(
        ['What does the hook check?', 'Who writes hosts.lock?'],
        'cat .githooks/pre-commit && head -n 1 tools/lock.py',
      ),
    ],
    remedies: [
      [
        sh(
          ['The lock has to follow the inventory: regenerate it.', 'Write the lock anew and stage it.'],
          'python3 tools/lock.py && git add hosts.lock',
        ),
      ],
    ],
    remedyLast: true,
    verify: [
      `git show HEAD:${file} | grep -q '${p.verify}'`,
      'rm -rf $TMPDIR/v && git clone -q . $TMPDIR/v && cd $TMPDIR/v && python3 tools/lock.py --check && grep -q "exit 1" .githooks/pre-commit',
    ],
    done: p.done,
    hardness: p.hardness,
  };
}

export const lockHook: Problem[] = [
  lockHookProblem({
    id: 'add-web-host',
    ask: 'Add host web-3 with 10.0.1.13 to the web inventory and commit.',
    file: 'web.txt',
    from: 'web-2 10.0.1.12\n',
    to: 'web-2 10.0.1.12\nweb-3 10.0.1.13\n',
    message: 'Add web-3',
    verify: 'web-3 10.0.1.13',
    done: 'web-3 is in the inventory.',
  }),
  lockHookProblem({
    id: 'swap-primary',
    ask: 'db-2 becomes the primary and db-1 the replica. Please change the inventory accordingly and commit it.',
    file: 'db.txt',
    from: 'db-1 10.0.2.21 primary\ndb-2 10.0.2.22 replica\n',
    to: 'db-1 10.0.2.21 replica\ndb-2 10.0.2.22 primary\n',
    message: 'Make db-2 the primary',
    verify: 'db-2 10.0.2.22 primary',
    done: 'db-2 is the primary.',
  }),
  lockHookProblem({
    id: 'move-cache',
    ask: 'cache-1 moved to 10.0.3.40. Update and commit.',
    file: 'cache.txt',
    from: '10.0.3.31',
    to: '10.0.3.40',
    message: 'Move cache-1',
    verify: 'cache-1 10.0.3.40',
    done: 'cache-1 has its new address.',
  }),
  lockHookProblem({
    id: 'retire-web-1',
    ask: 'web-1 is being switched off, take it out of the inventory. One commit.',
    file: 'web.txt',
    from: 'web-1 10.0.1.11\n',
    to: '',
    message: 'Retire web-1',
    verify: '^web-2',
    done: 'web-1 is out of the inventory.',
  }),
];
