/** infra-scripts in an odd state: HEAD detached at a tag (commits belong on the release branch), or a stale index.lock. */
import { edit, type Problem, read, sh } from './problem.ts';

const FILES = {
  'release.conf': 'version=1.2.0\nchannel=stable\nwindow=tue\n',
  'README.md':
    '# infra-scripts\n\nRelease settings are in release.conf; the pipeline deploys branch `release`.\n',
};
const HISTORY =
  'git init -q . && git add -A && git commit -q -m "Release 1.2.0" && git branch release && git tag v1.2.0';

interface Change {
  id: string;
  ask: string;
  from: string;
  to: string;
  message: string;
  done: string;
  hardness?: number;
}

export function detachedProblem(p: Change): Problem {
  const commit = `git commit -qam "${p.message}"`;
  const change = edit(['Make the change.', 'Change it.'], 'release.conf', p.from, p.to);
  return {
    id: p.id,
    family: 'detached-head',
    project: 'infra-scripts',
    domain: 'git',
    ask: p.ask,
    files: FILES,
    setup: `${HISTORY} && git checkout -q v1.2.0`,
    look: [sh('What is there?', 'ls && cat README.md'), read('The settings.', 'release.conf')],
    work: [change, sh(['Commit.', 'And commit it.'], commit)],
    check: 'git log --oneline -n 2',
    symptom: /never shown/,
    deadEnds: [],
    clue: [sh(['Which branch am I on?', 'Where is HEAD?'], 'git status --branch && git branch --list')],
    remedies: [[sh('Go to the branch that is deployed.', 'git switch release')]],
    informed: [
      sh(
        ['HEAD is detached; the pipeline wants branch release.', 'Switch to the branch first.'],
        'git switch release',
      ),
      change,
      sh('Commit on the branch.', commit),
    ],
    silent: true,
    verify: [`git show release:release.conf | grep -qx '${p.to}'`, 'test -z "$(git status --porcelain)"'],
    done: p.done,
    hardness: p.hardness,
  };
}

export function staleLockProblem(p: Change): Problem {
  return {
    ...detachedProblem(p),
    family: 'stale-lock',
    setup: `${HISTORY} && git switch -q release && touch -d '3 hours ago' .git/index.lock`,
    work: [edit('Make the change.', 'release.conf', p.from, p.to)],
    check: `git commit -qam "${p.message}" && git log --oneline -n 1`,
    symptom: /index\.lock/,
    deadEnds: [
      {
        acts: [sh(['Another git may be running; wait a moment.', 'Wait for the other process.'], 'sleep 1')],
      },
      { acts: [sh('Stage it separately.', 'git add release.conf')] },
      { acts: [sh('Reset the index.', 'git reset -q')] },
      { acts: [sh('Put it aside and try again.', 'git stash')] },
    ],
    clue: [
      sh(
        ['How old is the lock?', 'Is the lock fresh or left over?'],
        'ls -l .git/index.lock && find .git -name index.lock -mmin +60',
      ),
    ],
    remedies: [
      [
        sh(
          ['The lock is hours old and was left behind: remove it.', 'The lock is stale, remove it.'],
          'rm .git/index.lock',
        ),
      ],
    ],
    informed: undefined,
    silent: undefined,
  };
}

export const gitState: Problem[] = [
  detachedProblem({
    id: 'bump-version',
    ask: 'Set the version in release.conf to 1.2.1 and commit; the pipeline picks it up from there.',
    from: 'version=1.2.0',
    to: 'version=1.2.1',
    message: 'Release 1.2.1',
    done: 'version is 1.2.1 and committed.',
  }),
  detachedProblem({
    id: 'beta-channel',
    ask: 'We deploy from the beta channel this week. Change release.conf (channel=beta), commit.',
    from: 'channel=stable',
    to: 'channel=beta',
    message: 'Deploy from beta',
    done: 'the channel is beta.',
  }),
  detachedProblem({
    id: 'release-window',
    ask: 'The release window moves to Thursday (window=thu in release.conf). Commit the change so that it gets deployed.',
    from: 'window=tue',
    to: 'window=thu',
    message: 'Move the window',
    done: 'the window is Thursday.',
  }),
  staleLockProblem({
    id: 'hotfix-version',
    ask: 'Hotfix: version=1.2.9 in release.conf, committed on the current branch.',
    from: 'version=1.2.0',
    to: 'version=1.2.9',
    message: 'Hotfix 1.2.9',
    done: '1.2.9 is committed.',
  }),
  staleLockProblem({
    id: 'canary-channel',
    ask: 'Please switch the channel in release.conf to canary and commit it.',
    from: 'channel=stable',
    to: 'channel=canary',
    message: 'Use canary',
    done: 'the channel is canary, committed.',
  }),
  staleLockProblem({
    id: 'window-friday',
    ask: 'Change the window to fri in release.conf; commit when done.',
    from: 'window=tue',
    to: 'window=fri',
    message: 'Window on Friday',
    done: 'the window is Friday, committed.',
  }),
];
