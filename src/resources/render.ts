/** Records as Markdown that reads well. Stored text is quoted as what it is: data. */
import type { CodeConcept, ErrorPattern, Strategy, Trajectory } from '../types.ts';

const section = (title: string, lines: string[]): string[] =>
  lines.length > 0 ? ['', `## ${title}`, '', ...lines] : [];

/** Inside a fence longer than any run of backticks in the text, so that stored text cannot end it. */
export function quote(text: string, language = ''): string {
  const longest = Math.max(2, ...(text.match(/`+/gu) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

const page = (lines: (string | string[])[]): string => `${lines.flat().join('\n')}\n`;

export const strategyText = (strategy: Strategy): string =>
  page([
    `# ${strategy.suggestion}`,
    '',
    strategy.situation,
    '',
    `- status: ${strategy.status} (${strategy.kind}, ${strategy.method}), project ${strategy.project}`,
    `- worked ${strategy.evidence.worked} of ${strategy.evidence.tried}, at ${strategy.evidence.tasks} tasks`,
    ...(strategy.evidence.without
      ? [
          `- attempts at the same tasks without it: ${strategy.evidence.without.worked} of ${strategy.evidence.without.tried}`,
        ]
      : []),
    ...standing(strategy),
    ...section(
      'Failed with',
      (strategy.evidence.failures ?? []).map((failure) => `- ${failure}`),
    ),
    ...section(
      'Pitfalls',
      strategy.pitfalls.map((pitfall) => `- ${pitfall}`),
    ),
    ...section(
      'Parameters',
      strategy.parameters.map(({ name, values }) => `- {${name}}: ${values.join(', ')}`),
    ),
    ...section(
      'Seen at',
      strategy.seen_at.map((task) => `- ${task}`),
    ),
    ...section(
      'From',
      strategy.evidence.from.map((id) => `- knowhow://trajectories/${id}`),
    ),
  ]);

const percent = (share: number) => Math.round(100 * share);

/** What a draw tells: of the tasks it fitted, those that were held out beside those that were not. */
const withheldText = ({ worked, tried, shown }: NonNullable<Strategy['evidence']['withheld']>): string =>
  `- while tasks were held out: ${shown.worked} of ${shown.tried} runs that were shown it succeeded, ${worked} of ${tried} from which it was withheld`;

/** How it stands: the posterior of its success rate, what came of showing it, and the rule behind its status. */
const standing = ({ win_rate, evidence, status_why, merged_into, cites }: Strategy): string[] => [
  ...(win_rate
    ? [`- success rate ${percent(win_rate.mean)} % (${percent(win_rate.low)} to ${percent(win_rate.high)})`]
    : []),
  ...(evidence.used
    ? [`- shown to ${evidence.used.tried} runs since, ${evidence.used.worked} succeeded`]
    : []),
  ...(evidence.withheld ? [withheldText(evidence.withheld)] : []),
  ...(status_why ? [`- ${status_why}`] : []),
  ...(merged_into ? [`- said by knowhow://strategies/${merged_into}, which keeps its evidence`] : []),
  ...(cites ?? []).map(({ path, symbol }) => `- rests on ${symbol ? `${symbol} in ` : ''}${path}`),
];

export const conceptText = (concept: CodeConcept): string =>
  page([
    `# ${concept.name}`,
    '',
    concept.description,
    '',
    quote(concept.signature, concept.language),
    '',
    `- in ${concept.usage.tried} runs at ${concept.tasks} tasks, ${concept.usage.worked} of them succeeded; project ${concept.project}`,
    ...section('Code', [quote(concept.code, concept.language)]),
    ...section(
      'Parameters',
      concept.parameters.map(
        ({ name, type, values }) =>
          `- ${name}${type ? `: ${type}` : ''}, e.g. ${values.slice(0, 5).join(', ')}`,
      ),
    ),
    ...section(
      'Examples',
      concept.examples.map((example) => quote(example, concept.language)),
    ),
    ...section(
      'From',
      concept.derived_from.slice(0, 20).map((id) => `- knowhow://trajectories/${id}`),
    ),
  ]);

export const errorPatternText = (pattern: ErrorPattern): string =>
  page([
    `# ${pattern.name}`,
    '',
    quote(pattern.template),
    '',
    `- met ${pattern.frequency} times at ${pattern.tasks} tasks, project ${pattern.project}`,
    pattern.suggested_fix === ''
      ? '- no fix is known'
      : `- suggested fix: ${pattern.suggested_fix} (got past it ${pattern.support.worked} of ${pattern.support.tried})`,
    ...section(
      'What was tried',
      pattern.fixes.map(
        ({ fix, worked, tried, ended_well, example }) =>
          `- ${fix}: got past it ${worked} of ${tried}; runs that ended well ${ended_well.worked} of ${ended_well.tried} (knowhow://trajectories/${example.trajectory}, step ${example.step})`,
      ),
    ),
    ...section(
      'Parameters',
      pattern.parameters.map(({ name, values }) => `- {${name}}: ${values.join(', ')}`),
    ),
    ...section(
      'Examples',
      pattern.examples.map((example) => quote(example)),
    ),
    ...section('Signature', [quote(pattern.signature)]),
  ]);

const MOST_STEPS = 200;
const LONGEST = 2_000;

/** A run, step by step; long ones are cut in the middle and say so. */
export function trajectoryText(trajectory: Trajectory, attempts: number): string {
  const { task, steps, outcome } = trajectory;
  const success = outcome.success === null ? 'unknown' : outcome.success ? 'success' : 'failure';
  const shown =
    steps.length <= MOST_STEPS
      ? steps.map((_, i) => i)
      : [...steps.keys()].filter((i) => i < MOST_STEPS / 2 || i >= steps.length - MOST_STEPS / 2);
  return page([
    `# ${trajectory.id}`,
    '',
    quote(task.description),
    '',
    `- outcome: ${success}, judged by ${outcome.verdict?.source ?? 'agent'}${outcome.score === undefined ? '' : `, score ${outcome.score}`}`,
    `- project ${trajectory.project}, ${steps.length} steps, ${attempts} recorded attempts at this task, stored ${trajectory.at}`,
    ...(outcome.verdict?.detail ? ['', quote(cut(outcome.verdict.detail))] : []),
    ...shown.flatMap((i, nth) => {
      const step = steps[i];
      if (!step) return [];
      const gap =
        nth > 0 && shown[nth - 1] !== i - 1
          ? ['', `… ${i - (shown[nth - 1] ?? 0) - 1} steps not shown …`]
          : [];
      return [
        ...gap,
        ...section(`Step ${i}${step.tool ? ` · ${step.tool}` : ''}${step.agent ? ` · ${step.agent}` : ''}`, [
          ...(step.thought ? [cut(step.thought).replace(/^/gmu, '> '), ''] : []),
          quote(cut(step.action)),
          ...(step.observation ? ['', quote(cut(step.observation))] : []),
          ...(step.error && step.error !== step.observation
            ? ['', 'Error:', '', quote(cut(step.error))]
            : []),
        ]),
      ];
    }),
  ]);
}

const cut = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)}\n[… ${text.length - LONGEST} more characters]` : text;
