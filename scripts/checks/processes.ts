/** Many processes on one store: writers, one that folds tables, one that is killed again and again, one that watches. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openKnowhow } from '../../src/index.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

export interface ProcessesFound {
  /** Runs whose write was acknowledged, by distinct id. */
  acknowledged: number;
  /** Of these, not in the store. */
  lost: number;
  /** Of these, there in a shorter version than one that was acknowledged. */
  shortened: number;
  /** Ids that a table gives twice, over all tables. */
  doubled: number;
  /** Acknowledged writes that another process did not see at once. */
  unseen: number;
  kills: number;
  compactions: number;
  seconds: number;
}

export interface ProcessesOptions {
  data: string;
  writers: number;
  each: number;
  kills: number;
  onProgress?: (acknowledged: number, kills: number) => void;
}

export async function checkProcesses({
  data,
  writers,
  each,
  kills,
  onProgress,
}: ProcessesOptions): Promise<ProcessesFound> {
  const began = Date.now();
  const started = new Set<ChildProcess>();
  const start = (...args: string[]) => {
    const child = spawn(process.execPath, [WORKER, data, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    started.add(child);
    child.stdin?.on('error', () => undefined);
    child.once('close', () => started.delete(child));
    return child;
  };
  const longest = new Map<string, number>();
  const found = { compactions: 0, unseen: 0, kills: 0 };
  const lines = (child: ChildProcess, each: (words: string[]) => void) => {
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => each(line.split(' ')));
    return once(child, 'close');
  };
  try {
    const watcher = start('watch');
    const watched = lines(watcher, ([state]) => {
      if (state === 'missing') found.unseen += 1;
    });
    const acknowledge = ([, id = '', steps]: string[]) => {
      longest.set(id, Math.max(longest.get(id) ?? 0, Number(steps)));
      watcher.stdin?.write(`${id}\n`);
    };
    const compactor = start('compact');
    const compacted = lines(compactor, () => {
      found.compactions += 1;
    });
    const written = Array.from({ length: writers }, async (_, i) => {
      const [code] = await lines(start('write', String.fromCharCode(97 + i), String(each)), acknowledge);
      if (code !== 0) throw new Error(`a writer ended with ${code}`);
    });
    const killing = (async () => {
      while (found.kills < kills) {
        const victim = start('write', `victim${found.kills}`);
        let acknowledged = 0;
        const ended = lines(victim, (words) => {
          acknowledged += 1;
          acknowledge(words);
        });
        // In the middle of its work, at another moment each time.
        while (acknowledged < 1 + (found.kills % 7)) await sleep(20);
        await sleep((found.kills * 37) % 200);
        victim.kill('SIGKILL');
        await ended;
        found.kills += 1;
        onProgress?.(longest.size, found.kills);
      }
    })();
    const ticking = setInterval(() => onProgress?.(longest.size, found.kills), 1_000);
    await Promise.all([...written, killing]).finally(() => clearInterval(ticking));
    compactor.stdin?.end();
    watcher.stdin?.end();
    await Promise.all([compacted, watched]);
  } finally {
    for (const child of started) child.kill('SIGKILL');
  }
  const left = await lookAt(data, longest);
  return { acknowledged: longest.size, ...left, ...found, seconds: Math.round((Date.now() - began) / 1000) };
}

async function lookAt(data: string, longest: Map<string, number>) {
  const knowhow = await openKnowhow({ data, llm: false, log_level: 'error' });
  try {
    const { memory } = knowhow;
    const stored = new Map(
      (await memory.trajectories.getMany([...longest.keys()])).map(({ id, steps }) => [id, steps.length]),
    );
    let doubled = 0;
    const tables = ['trajectories', 'experiences', 'occurrences', 'error_patterns', 'strategies'] as const;
    for (const name of tables) {
      const ids = await memory[name].ids();
      const readable = await memory[name].list();
      doubled += ids.length - new Set(ids).size + Math.abs(ids.length - (await memory[name].count()));
      if (readable.length !== ids.length) throw new Error(`${name}: some records cannot be read`);
    }
    return {
      lost: [...longest.keys()].filter((id) => !stored.has(id)).length,
      shortened: [...longest].filter(([id, steps]) => (stored.get(id) ?? steps) < steps).length,
      doubled,
    };
  } finally {
    await knowhow.close();
  }
}
