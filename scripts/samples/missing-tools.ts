/** The image infra-scripts runs in lacks jq, ps, tree, rg and bc; node, awk, find, grep and /proc do the same work. */
import { type Act, type Problem, read, sh, write } from './problem.ts';

interface Script {
  id: string;
  ask: string;
  files: Record<string, string>;
  setup?: string;
  script: string;
  /** The body that uses a tool this image lacks, and one that does without. */
  naive: string;
  plain: string;
  /** Further wrong bodies: a second missing tool. */
  alsoMissing: string;
  tool: string;
  look: Act[];
  check: string;
  verify: string[];
  done: string;
  hardness?: number;
}

const HEAD = '#!/usr/bin/env bash\nset -euo pipefail\n';

export function missingToolProblem(p: Script): Problem {
  const script = `bin/${p.script}.sh`;
  return {
    id: p.id,
    family: 'missing-tools',
    project: 'infra-scripts',
    domain: 'shell',
    ask: p.ask,
    files: {
      'README.md':
        '# infra-scripts\n\nThe scripts run in the small base image (see image/packages.txt), not on your laptop.\n',
      'image/packages.txt': 'bash\ncoreutils\nfindutils\ngawk\ngit\ngrep\nmake\nnodejs\npython3\nsed\n',
      ...p.files,
    },
    setup: p.setup,
    look: [sh('Look around.', 'ls -R . | head -20'), ...p.look],
    work: [
      write(['Write the script.', `${p.tool} does this in one line.`], script, HEAD + p.naive),
      sh('Make it executable.', `chmod +x ${script}`),
    ],
    check: p.check,
    symptom: /command not found/,
    deadEnds: [
      {
        acts: [
          sh(
            'Install it.',
            `apt-get install -y ${p.tool === 'ps' ? 'procps' : p.tool === 'rg' ? 'ripgrep' : p.tool}`,
          ),
        ],
      },
      {
        acts: [sh('Is it there at all, or as a package?', `command -v ${p.tool} || ls node_modules/.bin`)],
      },
      { acts: [write('Another tool can do it too.', script, HEAD + p.alsoMissing)] },
    ],
    clue: [read(['Which tools does the image have?', 'What can I count on here?'], 'image/packages.txt')],
    remedies: [
      [
        write(
          [`No ${p.tool} here: do it with what the image has.`, `Rewrite it without ${p.tool}.`],
          script,
          HEAD + p.plain,
        ),
        sh('Keep it executable.', `chmod +x ${script}`),
      ],
    ],
    informed: [
      write('Only what image/packages.txt lists will be there.', script, HEAD + p.plain),
      sh('Make it executable.', `chmod +x ${script}`),
    ],
    verify: p.verify,
    done: p.done,
    hardness: p.hardness,
  };
}

const fleet = `${JSON.stringify(
  {
    services: [
      { name: 'api', replicas: 3 },
      { name: 'mailer', replicas: 0 },
      { name: 'worker', replicas: 2 },
    ],
  },
  null,
  2,
)}\n`;

export const missingTools: Problem[] = [
  missingToolProblem({
    id: 'stopped-services',
    ask: 'Write bin/stopped.sh: it prints the names of all services in fleet.json with 0 replicas, one per line.',
    files: { 'fleet.json': fleet },
    script: 'stopped',
    tool: 'jq',
    naive: "jq -r '.services[] | select(.replicas == 0) | .name' fleet.json\n",
    alsoMissing: "yq -r '.services[] | select(.replicas == 0) | .name' fleet.json\n",
    plain:
      'node -e \'for (const s of require("./fleet.json").services) if (s.replicas === 0) console.log(s.name)\'\n',
    look: [read('The input.', 'fleet.json')],
    check: './bin/stopped.sh',
    verify: ['test "$(./bin/stopped.sh)" = mailer'],
    done: 'bin/stopped.sh prints the stopped services.',
  }),
  missingToolProblem({
    id: 'replica-total',
    ask: 'I want bin/replicas.sh to print the total number of replicas over all services in fleet.json.',
    files: { 'fleet.json': fleet },
    script: 'replicas',
    tool: 'jq',
    naive: "jq '[.services[].replicas] | add' fleet.json\n",
    alsoMissing: "jaq '[.services[].replicas] | add' fleet.json\n",
    plain:
      'python3 -c \'import json; print(sum(s["replicas"] for s in json.load(open("fleet.json"))["services"]))\'\n',
    look: [read('What does the file look like?', 'fleet.json')],
    check: './bin/replicas.sh',
    verify: ['test "$(./bin/replicas.sh)" = 5'],
    done: 'bin/replicas.sh prints 5 for the present fleet.',
  }),
  missingToolProblem({
    id: 'worker-alive',
    ask: 'bin/alive.sh PIDFILE should print "alive" if the process of that pid file runs and "gone" otherwise. Both cases exit 0.',
    files: { 'run/old.pid': '999999\n' },
    script: 'alive',
    tool: 'ps',
    naive:
      'state=$(ps -p "$(cat "$1")" -o pid= 2>&1) || [ -z "$state" ] || { echo "$state" >&2; exit 1; }\n[ -n "$state" ] && echo alive || echo gone\n',
    alsoMissing:
      'out=$(pgrep -F "$1" 2>&1) && echo alive || { case "$out" in "") echo gone;; *) echo "$out" >&2; exit 1;; esac; }\n',
    plain: 'if [ -d "/proc/$(cat "$1")" ]; then echo alive; else echo gone; fi\n',
    look: [sh('Any pid files?', 'ls run; cat run/*.pid')],
    check: './bin/alive.sh run/old.pid',
    verify: [
      'test "$(./bin/alive.sh run/old.pid)" = gone',
      'echo $$ > run/me.pid; test "$(./bin/alive.sh run/me.pid)" = alive',
    ],
    done: 'bin/alive.sh tells alive from gone.',
  }),
  missingToolProblem({
    id: 'find-todo-owners',
    ask: 'We need bin/owners.sh, which lists who has open TODOs: the distinct names in "TODO(name)" under services/, sorted.',
    files: {
      'services/api/main.txt': '# TODO(kim) retry the upload\n# TODO(lee) drop the old port\n',
      'services/mail/send.txt': '# TODO(kim) rate limit\n# no owner: TODO later\n',
    },
    script: 'owners',
    tool: 'rg',
    naive: "rg -oIN 'TODO\\((\\w+)\\)' -r '$1' services | sort -u\n",
    alsoMissing: "ag -o --nofilename 'TODO\\(\\w+\\)' services | sort -u\n",
    plain: "grep -rhoE 'TODO\\([a-z]+\\)' services | sed -E 's/.*\\((.*)\\)/\\1/' | sort -u\n",
    look: [sh('How are they written?', 'grep -rn TODO services')],
    check: './bin/owners.sh',
    verify: [`test "$(./bin/owners.sh | tr '\\n' ' ')" = "kim lee "`],
    done: 'bin/owners.sh lists kim and lee.',
  }),
  missingToolProblem({
    id: 'disk-share',
    ask: 'Add bin/share.sh USED TOTAL, it prints the used share in percent with one decimal, e.g. 12.5 for 1 and 8.',
    files: {},
    script: 'share',
    tool: 'bc',
    naive: 'echo "scale=1; 100 * $1 / $2" | bc\n',
    alsoMissing: 'dc -e "1k 100 $1 * $2 / p"\n',
    plain: 'awk -v used="$1" -v total="$2" \'BEGIN { printf "%.1f\\n", 100 * used / total }\'\n',
    look: [],
    check: './bin/share.sh 1 8',
    verify: ['test "$(./bin/share.sh 1 8)" = 12.5', 'test "$(./bin/share.sh 1 3)" = 33.3'],
    done: 'bin/share.sh 1 8 prints 12.5.',
  }),
];
