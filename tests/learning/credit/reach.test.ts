import { describe, expect, it } from 'vitest';
import { reachesOut } from '../../../src/learning/credit/reach.ts';

describe('what a command line may reach', () => {
  it.each([
    'rm -rf $BUILD_DIR/*',
    `touch "\${OUT}"/tmp/x`,
    "touch $OUT''/tmp/x",
    'touch $(pwd)/x',
    'touch `pwd`/x',
    'rm -rf $1/x',
    'mkdir -p a; touch a/../../x',
    'cd ..&&ls',
    'cd "sub/.."',
    'sort -o/tmp/x list',
    'gcc --sysroot=/opt/x a.c',
    'rm -rf \\/tmp/x',
    'rm {/tmp/x,y}',
    'rm {y,/tmp/x}',
    'curl -d @/etc/hosts localhost',
    'echo `/opt/tool`',
    'cp tool /usr/bin/tool',
    'echo x > /dev/sda',
    'cd /home/me/proj && npm test',
    'cat ~/.ssh/id_rsa',
    'ls $HOME',
    'doas ls',
    'true; pkill -f server',
    'timeout 5 killall node',
    'kill -9 4242',
    'git add . && git push origin main',
    'npm publish',
    'docker compose down',
  ])('passes over %s', (line) => {
    expect(reachesOut(line)).toBe(true);
  });

  it.each([
    'npm test -- test/a.test.js > out.log 2>/dev/null',
    "sed -i 's/a/b/g' src/a.ts",
    'git diff HEAD~1..main -- src/a.ts',
    'go test ./... && ./run.sh',
    'for i in {1..5}; do echo $i >> list; done',
    'echo "$(cat note)" | /usr/bin/sort -u',
    '/bin/sh build.sh && cat a/b/c',
    'sleep 5 & kill $!; kill %1',
    "printf '#!/bin/sh\\nexit 0\\n' > run.sh",
  ])('runs %s', (line) => {
    expect(reachesOut(line)).toBe(false);
  });

  it.each(['\n', '\n ', '$', '}', '"', '\\', '-', ' -', '(', '`', '$a', '}"'])(
    'is told of a megabyte of %j',
    (part) => {
      expect(typeof reachesOut(`ls ${part.repeat(1_000_000 / part.length)}`)).toBe('boolean');
    },
  );
});
