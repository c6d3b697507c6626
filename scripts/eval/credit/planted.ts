/**
 * Little shell tasks of ours with the step that decides planted among others: made by seed, run for real. Each run is what
 * an agent would have recorded, its commands in a folder of a few files, with the command that checks the task.
 */
import { createRandom, type Random } from '../../../src/learners/random.ts';
import type { Step, Task } from '../../../src/types.ts';

export interface Planted {
  family: string;
  task: Task & { verifier: NonNullable<Task['verifier']> };
  steps: Step[];
  success: boolean;
  /** Any of these is right. */
  decisive: Set<number>;
}

interface Plot {
  asked: string;
  check: string;
  files?: Record<string, string>;
  /** Steps in their order; those that decide carry the mark. */
  steps: (string | { decides: string })[];
  success?: boolean;
}

const NAMES = 'alpha birch cedar delta ember fjord grove heron iris juniper'.split(' ');

/** Families by name: what decides, and what only looks as if. */
const FAMILIES: Record<string, (pick: (of: string[]) => string, number: () => number) => Plot> = {
  'a file made': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `Make ${name}.txt say ready.`,
      check: `grep -qx ready ${name}.txt`,
      steps: [`touch ${name}.log`, { decides: `echo ready > ${name}.txt` }, `wc -c ${name}.txt`],
    };
  },
  'a line of the configuration': (pick, number) => {
    const [key, port] = [pick(NAMES), 1_000 + number()];
    return {
      asked: `Set ${key} to ${port} in app.conf.`,
      check: `grep -qx "${key}=${port}" app.conf`,
      files: { 'app.conf': `${key}=1\nmode=dev\n` },
      steps: [
        'cp app.conf app.conf.bak',
        { decides: `sed -i "s/^${key}=.*/${key}=${port}/" app.conf` },
        'sed -i "s/^mode=.*/mode=prod/" app.conf',
        'cat app.conf',
      ],
    };
  },
  'a permission': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `Make ./${name}.sh runnable.`,
      check: `./${name}.sh`,
      files: { [`${name}.sh`]: '#!/bin/sh\nexit 0\n' },
      steps: [`sh ${name}.sh`, 'mkdir -p logs', { decides: `chmod +x ${name}.sh` }, `ls -l ${name}.sh`],
    };
  },
  'an order of migrations': (pick, number) => {
    const [table, many] = [pick(NAMES), 2 + (number() % 4)];
    return {
      asked: `Bring the table ${table} to version 2 with ${many} rows.`,
      check: `test "$(grep -c "^${table}" db.txt)" = ${many} && grep -qx version=2 db.txt`,
      files: { 'db.txt': 'version=0\n' },
      steps: [
        { decides: 'grep -qx version=0 db.txt && sed -i "s/version=0/version=1/" db.txt' },
        'cp db.txt db.bak',
        {
          decides: `grep -qx version=1 db.txt && for i in $(seq ${many}); do echo "${table} $i" >> db.txt; done`,
        },
        { decides: 'grep -qx version=1 db.txt && sed -i "s/version=1/version=2/" db.txt' },
        'cat db.txt',
      ],
    };
  },
  'two ways to the same': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `${name}.json must hold {}.`,
      check: `grep -q "{}" ${name}.json`,
      files: { 'empty.json': '{}\n' },
      steps: [
        { decides: `echo "{}" > ${name}.json` },
        'ls',
        { decides: `cp empty.json ${name}.json` },
        `cat ${name}.json`,
      ],
    };
  },
  'a folder entered': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `Build ${name}/out/done.`,
      check: `test -f ${name}/out/done`,
      steps: [
        { decides: `mkdir -p ${name}/out` },
        'touch notes.md',
        { decides: `cd ${name}/out` },
        { decides: 'touch done' },
        'pwd',
      ],
    };
  },
  'undone and done again': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `Leave ${name}.lock in place.`,
      check: `test -f ${name}.lock`,
      steps: [
        `touch ${name}.lock`,
        `rm ${name}.lock`,
        'ls',
        { decides: `touch ${name}.lock` },
        'echo locked',
      ],
    };
  },
  'a step that broke it': (pick) => {
    const name = pick(NAMES);
    return {
      asked: `Keep ${name}.csv and add a total to it.`,
      check: `grep -q total ${name}.csv`,
      files: { [`${name}.csv`]: '1\n2\n' },
      steps: [`echo total,3 >> ${name}.csv`, 'mkdir -p tmp', { decides: `rm -f ${name}.csv` }, 'ls tmp'],
      success: false,
    };
  },
};

const DECOYS = [
  'ls -la',
  'echo working',
  'mkdir -p build',
  'touch build/note.txt',
  'cat missing.txt',
  'date > stamp.txt',
  'grep -r nothing .',
  'true',
];

/** `each` runs of every family; every fourth is long. */
export function plantedRuns(seed: number, each: number): Planted[] {
  const random = createRandom(seed);
  return Object.entries(FAMILIES).flatMap(([family, plot]) =>
    Array.from({ length: each }, (_, nth) => plant(family, plot, random, nth % 4 === 3 ? 24 : 4)),
  );
}

function plant(family: string, plot: (typeof FAMILIES)[string], random: Random, decoys: number): Planted {
  const pick = (of: string[]) => of[Math.floor(random() * of.length)] ?? '';
  const { asked, check, files, steps, success = true } = plot(pick, () => Math.floor(random() * 9_000));
  const all: Plot['steps'] = [...steps];
  for (let i = 0; i < decoys; i += 1) all.splice(Math.floor(random() * (all.length + 1)), 0, pick(DECOYS));
  const command = (step: Plot['steps'][number]) => (typeof step === 'string' ? step : step.decides);
  return {
    family,
    task: { description: asked, verifier: { command: check, files, timeout_ms: 5_000 } },
    steps: all.map((step) => ({
      tool: 'Bash',
      action: command(step),
      args: { command: command(step) },
      observation: '',
      exit_code: 0,
    })),
    success,
    decisive: new Set(all.flatMap((step, i) => (typeof step === 'string' ? [] : [i]))),
  };
}
