/** Started by commands.ts: runs one command after the other through the program's own entry, and sends back what each said. */
import { Readable, Writable } from 'node:stream';
import type { Asked, Told } from './commands.ts';

const said = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'] as const) {
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, written) {
      said[name] += String(chunk);
      written();
    },
  });
  // Every run of the program listens for the end of its reader.
  sink.setMaxListeners(0);
  Object.defineProperty(process, name, { value: sink });
}
await import('../../src/cli/quiet-stdout.ts');
const home = process.cwd();
let nth = 0;

async function run({ args, env, input, cwd }: Asked): Promise<Told> {
  Object.assign(said, { stdout: '', stderr: '' });
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd ?? home);
  process.argv = [process.execPath, 'knowhow', ...args];
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  nth += 1;
  // Under a name of its own the program runs anew; what it imports is there already.
  await import(`../../src/cli/program.ts?run=${nth}`);
  // Streams write at once, their listeners hear of it later.
  await new Promise((resolve) => setImmediate(resolve));
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { code, ...said };
}

process.on('message', (asked: Asked) => void run(asked).then((told) => process.send?.(told)));
