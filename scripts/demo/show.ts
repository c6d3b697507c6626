/** What came back, for people: the advice as an agent would get it, and the runs it rests on. */
import type { Answered, Asked } from './ask.ts';
import type { Learned, Recorded, RecordedRuns } from './learn.ts';
import { screen } from './screen.ts';

export function showLearned({ runs, seconds }: RecordedRuns, learned: Learned): void {
  const solved = runs.filter(({ run }) => run.outcome.success).length;
  const tested = runs.filter(({ run }) => run.outcome.verdict?.source === 'test').length;
  const projects = new Set(runs.map(({ run }) => run.project)).size;
  screen.title('1. Recorded and learned');
  screen.text(
    `${runs.length} runs of a scripted solver (${solved} solved, ${tested} judged by a test; ${projects} projects) in ${seconds.toFixed(1)} s. The runs are in data/samples: commands, errors and verdicts are real.`,
  );
  screen.text(
    `Batch learning took ${learned.seconds.toFixed(1)} s: ${learned.strategies} strategies, ${learned.errorPatterns} error patterns, ${learned.concepts} code concepts.`,
  );
}

/** One solved run with an error on the way: who gets the credit. */
export function showCredit({ runs }: RecordedRuns): void {
  const solved = runs.filter(
    ({ run, answer }) =>
      run.outcome.success &&
      answer.analysis &&
      run.steps.length <= 10 &&
      run.steps.some((step) => step.error),
  );
  const [shown] = solved.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  if (!shown?.answer.analysis) return;
  screen.title('2. Which steps mattered');
  screen.text(`Each run was looked at when it was recorded. ${nameOf(shown)}, solved:`);
  screen.gap();
  for (const [i, share] of shown.answer.analysis.step_attribution) {
    const step = shown.run.steps[i];
    if (!step) continue;
    const percent = `${(100 * share).toFixed(0)} %`.padStart(6);
    const bar = '█'.repeat(Math.round(share * 20)).padEnd(20);
    const failed = step.error ? screen.faint('  failed') : '';
    screen.verbatim(`${percent}  ${bar}  ${oneLine(step.action, 56)}${failed}`);
  }
}

/** The whole answer for one task. */
export function showAdvice(asked: Answered, { runs }: RecordedRuns): void {
  const names = new Map(runs.map((each) => [each.answer.trajectory_id, nameOf(each)]));
  const who = (ids: string[]) => ids.map((id) => names.get(id) ?? id).join(', ');
  const { found, matches } = asked;

  screen.title('3. An agent starts a task that was never recorded');
  screen.text(asked.task.description, 'Task      ');
  screen.text(`retrieve_strategies, ${asked.foundMs.toFixed(0)} ms, project ${asked.project}`, 'Asked     ');
  for (const { situation, suggestion, pitfalls, evidence } of found.strategies) {
    screen.gap();
    screen.text(suggestion, 'Do        ');
    screen.text(situation, 'When      ');
    for (const pitfall of pitfalls) screen.text(pitfall, 'Beware    ');
    screen.text(
      `${times(evidence)}${evidence.without ? `; ${evidence.without}` : ''}. From ${who(evidence.from)}.`,
      'Why       ',
    );
  }
  for (const pattern of found.error_patterns) {
    screen.gap();
    screen.text(`${pattern.name}, met ${pattern.frequency} times`, 'Error     ');
    screen.text(fixOf(pattern), 'Fix       ');
  }
  for (const { name, signature, used } of found.concepts) {
    screen.gap();
    screen.text(`${name}: ${signature} (${used})`, 'Code      ');
  }
  for (const run of found.experiences) {
    screen.gap();
    screen.text(`${judged(run.success)}, says the ${run.judged_by}: "${run.task}"`, 'Earlier   ');
    screen.text(run.key_steps.join('  →  '), 'Steps     ');
  }

  screen.title('4. It meets an error');
  screen.text(asked.error, 'Error     ');
  screen.text(`match_error, ${asked.matchedMs.toFixed(0)} ms`, 'Asked     ');
  for (const pattern of matches) {
    screen.text(fixOf(pattern), 'Fix       ');
    for (const other of pattern.also ?? []) screen.text(other, 'Also      ');
  }
  screen.text(`${asked.page.uri} holds the evidence:`, 'Why       ');
  screen.gap();
  for (const line of evidenceOf(asked.page.text)) screen.text(line, '    ');
}

/** Other tasks in short, one foreign to everything recorded among them. */
export function showAnswers(others: Asked[]): void {
  screen.title('5. Other tasks, in short');
  for (const { task, error, found, matches } of others) {
    const [strategy] = found.strategies;
    const [match] = matches;
    screen.text(oneLine(task.description, 160), 'Task      ');
    if (strategy) screen.text(`${strategy.suggestion} (${times(strategy.evidence)})`, 'Do        ');
    else if (found.known) screen.text('no strategy fits; error patterns and earlier runs do', 'Do        ');
    else screen.text(found.reason ?? '', 'Nothing   ');
    if (found.known) {
      screen.text(error, 'Error     ');
      screen.text(match ? fixOf(match) : 'This error is not known.', 'Fix       ');
    }
    screen.gap();
  }
}

const times = ({ worked, tried }: { worked: number; tried: number }) => `worked ${worked} of ${tried}`;

const fixOf = ({ suggested_fix, support }: Asked['matches'][number]) =>
  suggested_fix === ''
    ? 'none is known to work'
    : `${suggested_fix} (got past it ${support.worked} of ${support.tried})`;

const judged = (success: boolean | null) => (success === null ? 'Unknown' : success ? 'Solved' : 'Failed');

const nameOf = ({ run }: Recorded): string => run.session ?? run.task.id ?? run.task.description;

/** The section of an error pattern's page that says what was tried, or else its first lines. */
function evidenceOf(page: string): string[] {
  const [, tried = page] = page.split(/^## What was tried$/mu);
  const lines = tried.split(/^## /mu)[0]?.split('\n') ?? [];
  return lines.filter((line) => line.trim() !== '').slice(0, 5);
}

const oneLine = (text: string, longest: number): string => {
  const flat = text.replace(/\s+/gu, ' ').trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
};
