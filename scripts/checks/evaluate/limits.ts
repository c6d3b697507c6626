/** Commands that take all they can get: what ends them, how soon, and what it costs this process. */
import { runCommand } from '../../../src/exec/run-command.ts';

const HOSTILE: Record<string, string> = {
  'prints 1 GB': 'head -c 1000000000 /dev/zero',
  'prints for ever': 'yes',
  'never ends': 'sleep 1000',
  'ignores signals': "trap '' TERM INT HUP; while :; do sleep 1; done",
  'takes memory': `python3 -c "
a = []
while True: a.append(bytearray(10**7) + b'x')"`,
  'takes memory in many processes': `for i in 1 2 3 4 5 6 7 8; do python3 -c "a = b'x' * (90 * 10**6); import time; time.sleep(99)" & done; wait`,
  'fork bomb': ':(){ :|:& };:; sleep 60',
  'leaves its group': 'setsid bash -c "setsid sleep 987 & sleep 987" & sleep 987',
};

export interface Ended {
  command: string;
  confined: boolean;
  ended: string;
  code: number | null;
  ms: number;
  /** What this process took more, MB. */
  grown: number;
}

export async function endHostile(confined: boolean): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const [command, line] of Object.entries(HOSTILE)) {
    const before = process.memoryUsage().rss;
    const ran = await runCommand(line, confined ? {} : { confine: null }, {
      timeoutMs: 3_000,
      memoryMb: 300,
      outputBytes: 1_000_000,
    });
    const grown = Math.round((process.memoryUsage().rss - before) / 1e6);
    ended.push({ command, confined, ended: ran.ended, code: ran.code, ms: ran.ms, grown });
  }
  return ended;
}
