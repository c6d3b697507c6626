/** The C agent of infra-scripts: objects do not depend on headers, and the Makefile is written by ./configure.sh. */
import { edit, type Problem, read, sh, write } from './problem.ts';

const MAKEFILE_IN = `# Makefile.in; the Makefile is made from it by ./configure.sh
CFLAGS = -O1 -Wall @CPPFLAGS@
LDLIBS = @LDLIBS@

agent: main.o meter.o
	$(CC) -o $@ $^ $(LDLIBS)
%.o: %.c
	$(CC) $(CFLAGS) -c -o $@ $<
clean:
	rm -f *.o agent
`;
const CONFIGURE = `#!/bin/sh
# Writes the Makefile. Settings: build.conf
. ./build.conf
sed -e "s|@CPPFLAGS@|$CPPFLAGS|" -e "s|@LDLIBS@|$LDLIBS|" Makefile.in > Makefile
echo "wrote Makefile (CPPFLAGS=$CPPFLAGS LDLIBS=$LDLIBS)"
`;
const MAIN =
  '#include <stdio.h>\n#include <stdlib.h>\n#include "meter.h"\n\nint main(int argc, char **argv) {\n  double x = argc > 1 ? atof(argv[1]) : 0;\n  printf("%s %.2f\\n", METER_UNIT, meter(x));\n  return 0;\n}\n';

interface Meter {
  id: string;
  ask: string;
  header?: string;
  source?: string;
  files?: Record<string, string>;
  expect: string;
  done: string;
  hardness?: number;
}

const HEADER =
  '#ifndef METER_H\n#define METER_H\n#define METER_UNIT "load"\n#define METER_SCALE 10\ndouble meter(double x);\n#endif\n';
const SOURCE = '#include "meter.h"\n\ndouble meter(double x) { return x * METER_SCALE; }\n';

function base(
  p: Meter,
  family: string,
): Omit<Problem, 'work' | 'check' | 'symptom' | 'deadEnds' | 'clue' | 'remedies' | 'verify'> {
  return {
    id: p.id,
    family,
    project: 'infra-scripts',
    domain: 'c',
    ask: p.ask,
    files: {
      'main.c': MAIN,
      'meter.c': SOURCE,
      'meter.h': HEADER,
      'Makefile.in': MAKEFILE_IN,
      'configure.sh': CONFIGURE,
      'build.conf': 'CPPFLAGS=""\nLDLIBS=""\n',
      'BUILDING.md':
        '# Building\n\n`./configure.sh && make`. The release build starts from a clean checkout with ./configure.sh,\nso flags belong in build.conf. Objects do not know their headers: `make clean` after changing one.\n',
      ...p.files,
    },
    setup: './configure.sh >/dev/null && make -s 2>/dev/null',
    look: [
      sh(['What is there?', 'Look around.'], 'ls'),
      read(['Read the source.', 'The meter.'], 'meter.c'),
      sh('And the header.', 'cat meter.h'),
    ],
    done: p.done,
    hardness: p.hardness,
  };
}

/** A changed header does not reach objects that are already built. */
export function staleObjectProblem(p: Meter & { from: string; to: string; old: string }): Problem {
  return {
    ...base(p, 'stale-objects'),
    work: [edit(['Change the header.', 'One line in the header.'], 'meter.h', p.from, p.to)],
    check: 'make && ./agent 4',
    symptom: new RegExp(`^${p.old}$`, 'm'),
    deadEnds: [
      { acts: [sh('Did the change get saved?', 'grep -n define meter.h')] },
      { acts: [sh('Remove the binary and build again.', 'rm -f agent && make')] },
      { acts: [sh('Touch the header.', 'touch meter.h && make')] },
      { acts: [sh('Touch main.c, which includes it.', 'touch main.c && make')] },
    ],
    clue: [
      sh(
        ['What do the objects depend on?', 'Is there something about building?'],
        'grep -n "%.o" Makefile; cat BUILDING.md',
      ),
    ],
    remedies: [
      [sh(['Objects do not know the header: clean first.', 'Build from scratch.'], 'make clean && make')],
      [sh('Force a full rebuild.', 'make -B')],
    ],
    remedyLast: true,
    verify: [`make -s && test "$(./agent 4)" = "${p.expect}"`],
  };
}

/** Flags written into the Makefile are gone after the next ./configure.sh. */
export function configureProblem(
  p: Meter & { code: string; variable: 'LDLIBS' | 'CPPFLAGS'; flag: string },
): Problem {
  return {
    ...base(p, 'generated-makefile'),
    work: [write(['Write the new meter.', 'Change the source.'], 'meter.c', p.code)],
    check: './configure.sh && make && ./agent 4',
    symptom: /undefined reference|No such file or directory|collect2/,
    deadEnds: [
      {
        acts: [
          sh(
            ['Add the flag to the Makefile.', 'The Makefile lacks the flag.'],
            `sed -i 's|^${p.variable === 'LDLIBS' ? 'LDLIBS =.*' : 'CFLAGS = \\(.*\\)'}$|${p.variable === 'LDLIBS' ? `LDLIBS = ${p.flag}` : `CFLAGS = \\1 ${p.flag}`}|' Makefile && make && ./agent 4`,
          ),
        ],
      },
      {
        acts: [
          sh(
            'Pass it on the command line.',
            p.variable === 'LDLIBS'
              ? `make LDLIBS=${p.flag} && ./agent 4`
              : `make CFLAGS="-O1 ${p.flag}" && ./agent 4`,
          ),
        ],
      },
      { acts: [sh('Start clean.', 'make clean')] },
      { acts: [sh('Which compiler is this?', 'gcc --version | head -1')] },
    ],
    clue: [
      sh(
        ['Where does the Makefile come from?', 'My flag disappears: who writes the Makefile?'],
        'head -n 2 Makefile configure.sh && cat build.conf',
      ),
    ],
    remedies: [
      [
        sh(
          [
            `Flags come from build.conf: put ${p.flag} there.`,
            'build.conf is what the Makefile is made from.',
          ],
          `sed -i 's|^${p.variable}=.*|${p.variable}="${p.flag}"|' build.conf`,
        ),
      ],
    ],
    verify: [
      `make -s clean; rm -f Makefile; ./configure.sh && make -s && test "$(./agent 4)" = "${p.expect}"`,
    ],
  };
}

export const cBuild: Problem[] = [
  staleObjectProblem({
    id: 'meter-unit',
    ask: 'The agent should print "cpu" as unit where it prints "load" now. It is METER_UNIT in meter.h.',
    from: '"load"',
    to: '"cpu"',
    old: 'load 40.00',
    expect: 'cpu 40.00',
    done: 'the unit is cpu.',
  }),
  staleObjectProblem({
    id: 'meter-scale',
    ask: 'Readings are ten times too low, set METER_SCALE to 100 and show that ./agent 4 prints 400.00.',
    from: 'METER_SCALE 10',
    to: 'METER_SCALE 100',
    old: 'load 40.00',
    expect: 'load 400.00',
    done: 'the scale is 100.',
  }),
  staleObjectProblem({
    id: 'meter-percent',
    ask: 'Change the scale in meter.h to 0.25, the agent then reports quarters (1.00 for 4).',
    from: 'METER_SCALE 10',
    to: 'METER_SCALE 0.25',
    old: 'load 40.00',
    expect: 'load 1.00',
    done: 'the agent reports quarters.',
  }),
  configureProblem({
    id: 'meter-root',
    ask: 'meter(x) should return the square root of x. Build must work from a clean checkout.',
    code: '#include <math.h>\n#include "meter.h"\n\ndouble meter(double x) { return sqrt(x); }\n',
    variable: 'LDLIBS',
    flag: '-lm',
    expect: 'load 2.00',
    done: 'meter() returns the root.',
  }),
  configureProblem({
    id: 'meter-decay',
    ask: 'Use an exponential in the meter: meter(x) = exp(-x). The release build has to link.',
    code: '#include <math.h>\n#include "meter.h"\n\ndouble meter(double x) { return exp(-x); }\n',
    variable: 'LDLIBS',
    flag: '-lm',
    expect: 'load 0.02',
    done: 'meter() decays.',
  }),
  configureProblem({
    id: 'meter-ring',
    ask: 'Let meter.c use the ring buffer from third_party/ring (ring.h): push x twice and return ring_sum().',
    files: {
      'third_party/ring/ring.h':
        '#ifndef RING_H\n#define RING_H\nstatic double ring[8];\nstatic int ring_at;\nstatic inline void ring_push(double x) { ring[ring_at++ % 8] = x; }\nstatic inline double ring_sum(void) {\n  double sum = 0;\n  for (int i = 0; i < 8; i++) sum += ring[i];\n  return sum;\n}\n#endif\n',
    },
    code: '#include <ring.h>\n#include "meter.h"\n\ndouble meter(double x) {\n  ring_push(x);\n  ring_push(x);\n  return ring_sum();\n}\n',
    variable: 'CPPFLAGS',
    flag: '-Ithird_party/ring',
    expect: 'load 8.00',
    done: 'the meter uses the ring buffer.',
  }),
  configureProblem({
    id: 'meter-clamp',
    ask: 'third_party/limit has limit.h with clamp(x, low, high). meter(x) should return x clamped to 0..3.',
    files: {
      'third_party/limit/limit.h':
        '#ifndef LIMIT_H\n#define LIMIT_H\nstatic inline double clamp(double x, double low, double high) { return x < low ? low : x > high ? high : x; }\n#endif\n',
    },
    code: '#include <limit.h>\n#include "meter.h"\n\ndouble meter(double x) { return clamp(x, 0, 3); }\n',
    variable: 'CPPFLAGS',
    flag: '-Ithird_party/limit',
    expect: 'load 3.00',
    done: 'readings are clamped.',
  }),
];
