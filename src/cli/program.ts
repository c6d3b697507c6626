/** The program: its options, its commands (one file a family), and how failures end it. */
import { Command } from 'commander';
import { fail, VERSION } from './frame.ts';
import { addServe } from './serve.ts';

// The reader of a pipe may stop early (`knowhow export | head`): that is no failure, and nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('knowhow')
  .description('Turns what coding agents did into what they know.')
  .version(VERSION)
  .option(
    '--data <dir>',
    "directory of the store, or s3://BUCKET/PREFIX (default: the user's data directory, or $KNOWHOW_DATA)",
  )
  .option(
    '--project <name>',
    'project that records belong to and retrieval looks in first (default: "default")',
  )
  .option('--json', 'print the answer as JSON')
  .showHelpAfterError('See `knowhow --help`.')
  .exitOverride()
  .configureOutput({ writeErr: (text) => void (wantsJson() || process.stderr.write(text)) });

addServe(program);
// An agent waits for `serve` to answer: it loads nothing that other commands need.
if (!startsServer(process.argv.slice(2))) {
  const [
    runs,
    predict,
    report,
    feedback,
    reward,
    knowledge,
    upkeep,
    health,
    setup,
    capture,
    events,
    preferences,
    datasets,
    evaluate,
  ] = await Promise.all([
    import('./runs.ts'),
    import('./predict.ts'),
    import('./report.ts'),
    import('./feedback.ts'),
    import('./reward.ts'),
    import('./knowledge.ts'),
    import('./upkeep.ts'),
    import('./health.ts'),
    import('./setup.ts'),
    import('./capture.ts'),
    import('./events.ts'),
    import('./preferences.ts'),
    import('./datasets.ts'),
    import('./evaluate.ts'),
  ]);
  runs.addRuns(program);
  predict.addPredict(program);
  report.addReport(program);
  feedback.addFeedback(program);
  reward.addReward(program);
  knowledge.addKnowledge(program);
  upkeep.addUpkeep(program);
  health.addHealth(program);
  setup.addSetup(program);
  capture.addCapture(program);
  events.addEvents(program);
  preferences.addPreferences(program);
  datasets.addDatasets(program);
  evaluate.addEvaluate(program);
}
for (const command of program.commands) {
  command.exitOverride();
  command.configureOutput({ writeErr: (text) => void (wantsJson() || process.stderr.write(text)) });
  // So that `knowhow status --json --data DIR` works as well as `knowhow --json --data DIR status`.
  command
    .option('--data <dir>', 'directory of the store, or s3://BUCKET/PREFIX')
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

/** Whether the first word that is no option, nor an option's value, is `serve`. */
function startsServer(args: string[]): boolean {
  const first = args.findIndex(
    (arg, i) => !arg.startsWith('-') && !['--data', '--project'].includes(args[i - 1] ?? ''),
  );
  return args[first] === 'serve';
}
