#!/usr/bin/env node
/** The command line. What other commands do is in cli/, one file a family. */
// First of all: it must hold while the other modules load.
import './cli/quiet-stdout.ts';
import { Command } from 'commander';
import { fail, VERSION } from './cli/frame.ts';
import { addHealth } from './cli/health.ts';
import { addKnowledge } from './cli/knowledge.ts';
import { addRuns } from './cli/runs.ts';
import { addServe } from './cli/serve.ts';

// The reader of a pipe may stop early (`knowhow export | head`): that is no failure, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('knowhow')
  .description('Turns what coding agents did into what they know.')
  .version(VERSION)
  .option('--data <dir>', "directory of the store (default: the user's data directory, or $KNOWHOW_DATA)")
  .option(
    '--project <name>',
    'project that records belong to and retrieval looks in first (default: "default")',
  )
  .option('--json', 'print the answer as JSON')
  .showHelpAfterError('See `knowhow --help`.')
  .exitOverride()
  .configureOutput({ writeErr: (text) => void (wantsJson() || process.stderr.write(text)) });

addServe(program);
addRuns(program);
addKnowledge(program);
addHealth(program);
for (const command of program.commands) {
  command.exitOverride();
  command.configureOutput({ writeErr: (text) => void (wantsJson() || process.stderr.write(text)) });
  // So that `knowhow status --json --data DIR` works as well as `knowhow --json --data DIR status`.
  command
    .option('--data <dir>', 'directory of the store')
    .option('--project <name>', 'project')
    .option('--json', 'print the answer as JSON');
}

try {
  await program.parseAsync();
} catch (error) {
  fail(error, wantsJson());
}

function wantsJson(): boolean {
  return process.argv.includes('--json');
}
