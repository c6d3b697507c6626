#!/usr/bin/env node
/** The command line. What it can do is in cli/. */
import * as modules from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isHook = process.argv[2] === 'hook' && !process.argv.includes('--help');
if (major < 22 || (major === 22 && minor < 13)) {
  if (isHook) process.exit(0);
  process.stderr.write(
    `Knowhow needs Node 22.13 or newer (for SQLite); this is ${process.versions.node} at ${process.execPath}.\n`,
  );
  process.exit(1);
}
// Node keeps what it compiled in the system's temporary directory: later starts take half the time.
modules.enableCompileCache();
if (isHook) {
  // A host waits for a hook: it loads nothing of the rest, not even what reads options.
  const { runHook } = await import('./cli/hook.ts');
  await runHook(process.argv.slice(3));
} else {
  // First of all: it must hold while the other modules load.
  await import('./cli/quiet-stdout.ts');
  await import('./cli/program.ts');
}
