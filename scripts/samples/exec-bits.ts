/** infra-scripts is checked out with core.fileMode=false: chmod alone never reaches the commit that CI clones. */
import { type Problem, sh, write } from './problem.ts';

interface Tool {
  id: string;
  ask: string;
  script: string;
  body: string;
  args: string;
  expect: string;
  message: string;
  done: string;
  hardness?: number;
}

const INIT =
  'git init -q . && git config core.fileMode false && git add -A && git commit -q -m "Import scripts"';

export function execBitProblem(p: Tool): Problem {
  const script = `ci/${p.script}`;
  const body = `#!/bin/sh\n${p.body}\n`;
  return {
    id: p.id,
    family: 'exec-bits',
    project: 'infra-scripts',
    domain: 'git',
    ask: p.ask,
    files: {
      'README.md': '# infra-scripts\n\nCI clones the repository afresh and runs the scripts in ci/.\n',
      'ci/hello': '#!/bin/sh\necho hello\n',
      'docs/git.md':
        'Most of us work on a share without Unix modes, so `core.fileMode` is off and git does not see chmod.\nRecord the mode in the index: `git update-index --chmod=+x <file>`, then commit.\n',
    },
    setup: INIT,
    look: [
      sh(['Look around.', 'What is there?'], 'ls . ci docs'),
      sh('How do the others look?', 'cat ci/hello'),
      sh('State of the repository.', 'git status --short && git log --oneline'),
    ],
    work: [
      write(['Write the script.', 'The script.'], script, body),
      sh(
        ['Executable, then commit.', 'Make it executable and commit.'],
        `chmod +x ${script} && git add ${script} && git commit -q -m "${p.message}"`,
      ),
    ],
    check: `rm -rf $TMPDIR/ci && git clone -q . $TMPDIR/ci && cd $TMPDIR/ci && ./${script} ${p.args}`.trim(),
    symptom: /Permission denied/,
    deadEnds: [
      {
        acts: [
          sh(
            ['Set the mode again and commit it.', 'The mode got lost; commit it once more.'],
            `chmod 755 ${script} && git commit -am "Make ${p.script} executable"`,
          ),
        ],
      },
      { acts: [sh('Add it once more.', `git add -A && git commit -m "Fix mode of ${p.script}"`)] },
      { acts: [sh('Is it executable?', `ls -l ${script}`)] },
      { acts: [sh('Is it the umask?', 'umask && umask 022')] },
    ],
    clue: [
      sh(
        ['Which mode does git have for it?', 'Compare the mode in git with the one on disk.'],
        `git ls-files -s ci && git config core.fileMode && grep -rn -i mode docs`,
      ),
    ],
    remedies: [
      [
        sh(
          ['Put the mode into the index, chmod is not seen here.', 'Record the mode in git itself.'],
          `git update-index --chmod=+x ${script} && git commit -q -m "Make ${p.script} executable"`,
        ),
      ],
      [
        sh(
          'Let git see modes for this commit.',
          `chmod +x ${script} && git -c core.fileMode=true add ${script} && git commit -q -m "Make ${p.script} executable"`,
        ),
      ],
    ],
    informed: [
      write('Write the script.', script, body),
      sh(
        'core.fileMode is off here: set the mode in the index.',
        `git add ${script} && git update-index --chmod=+x ${script} && git commit -q -m "${p.message}"`,
      ),
    ],
    verify: [
      `rm -rf $TMPDIR/v && git clone -q . $TMPDIR/v && cd $TMPDIR/v && test "$(./${script} ${p.args})" = "${p.expect}"`,
    ],
    done: p.done,
    hardness: p.hardness,
  };
}

export const execBits: Problem[] = [
  execBitProblem({
    id: 'ci-version',
    ask: 'CI needs a script ci/version that prints the newest heading of CHANGES.txt, or "0.0.0" while there is none. Commit it; CI calls it directly.',
    script: 'version',
    body: 'if [ -f CHANGES.txt ]; then head -n 1 CHANGES.txt; else echo 0.0.0; fi',
    args: '',
    expect: '0.0.0',
    message: 'Add ci/version',
    done: 'ci/version is committed.',
  }),
  execBitProblem({
    id: 'ci-count-scripts',
    ask: 'Please add and commit ci/count, which says how many files there are under ci/ ("N scripts"). It has to run in a fresh clone.',
    script: 'count',
    body: 'echo "$(ls ci | wc -l | tr -d " ") scripts"',
    args: '',
    expect: '2 scripts',
    message: 'Count scripts',
    done: 'ci/count is committed and counts.',
  }),
  execBitProblem({
    id: 'ci-greet-branch',
    ask: 'Commit a new script ci/where that prints "on <branch>" for the current branch. The pipeline runs ./ci/where after cloning.',
    script: 'where',
    body: 'echo "on $(git rev-parse --abbrev-ref HEAD)"',
    args: '',
    expect: 'on main',
    message: 'Say where we are',
    done: 'ci/where is committed.',
  }),
  execBitProblem({
    id: 'ci-upper',
    ask: 'ci/upper TEXT should print TEXT in capitals; commit it so that the pipeline can call it.',
    script: 'upper',
    body: 'printf "%s\\n" "$1" | tr "[:lower:]" "[:upper:]"',
    args: 'abc',
    expect: 'ABC',
    message: 'Add ci/upper',
    done: 'ci/upper is committed.',
  }),
];
