/** data/README.md, with the counts of what was really recorded. */
import type { SampleRun } from './record.ts';

export function describeSamples(runs: SampleRun[], seed: string): string {
  const row = (name: string, group: SampleRun[]) => {
    const tasks = new Set(group.map((run) => run.problem.id)).size;
    const won = group.filter((run) => run.trajectory.outcome.success).length;
    const steps = group.reduce((sum, run) => sum + run.trajectory.steps.length, 0);
    const failed = group.reduce((sum, run) => sum + run.trajectory.steps.filter((s) => s.error).length, 0);
    return `| ${name} | ${tasks} | ${group.length} | ${won} | ${steps} | ${failed} |`;
  };
  const domains = [...Map.groupBy(runs, (run) => run.problem.domain)].sort(([a], [b]) => a.localeCompare(b));
  return `# Data

\`samples/\` holds recorded runs, one JSON object a line (the input of \`record_trajectory\`), one file per domain. The
demo, the tests and the benchmarks use them. Stores made at run time do not live here.

**What they are.** A scripted solver, of differing competence, works on small coding and shell tasks in three
invented projects (\`billing-service\`, \`data-tools\`, \`infra-scripts\`). The solver is a script, not a language model:
its thoughts are set sentences and its repertoire of moves is given. All else is real: each command was run in a
throw-away directory without network, each observation, exit code and error is what came back, and each verdict is a
command run after the solver had stopped. Every family of tasks has a quirk of its environment (a generator that must run
first, line endings, a missing tool, a hook) that cannot be told from the task's description. What the solver tries and which quirks there are was chosen by whoever wrote
the script, so the counts below say nothing about how often such things happen elsewhere.

**What was changed in them.** Paths of the machine, the user and the host are replaced by neutral ones (the workspace is
\`/workspace\`), durations, process ids, file dates and addresses by fixed ones, so that recording again gives the same
bytes where the tools are the same. Long outputs are cut in the middle, and say so.

| domain | tasks | runs | successes | steps | failed steps |
|---|---|---|---|---|---|
${domains.map(([name, group]) => row(name, group)).join('\n')}
${row('all', runs)}

Record them again with \`node scripts/record-samples.ts --seed ${seed}\` (Node 22.18 or later runs it as it is; bash, git, gcc,
make and python3 are needed; a task whose tools are missing is left out and named). Three tasks of the same kind that are
not recorded, for asking, are in \`scripts/samples/held-out.ts\`.
`;
}
