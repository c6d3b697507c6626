import { describe, expect, it } from 'vitest';
import { blameConversation, isConversation } from '../../../src/learning/credit/conversation.ts';
import { SIGNS, signsOf } from '../../../src/learning/credit/message-signs.ts';
import { attributeSimple } from '../../../src/learning/credit/simple.ts';
import { Step } from '../../../src/types.ts';
import { bash, runOf, say } from '../../support/fixtures.ts';

const TASK = 'How many parks in the town of Brookfield have a pond and charge nothing for parking?';
const by = (agent: string, action: string): Step => Step.parse({ agent, action });
const code = '```python\nprint(len(parks))\n```';

/** A planner, one who invents numbers, a program, one who agrees. */
const INVENTED = [
  by('Planner', `Please solve this.\n\n${TASK}\n\nPlan: list the parks, count them.`),
  by('Expert', `We have no data, so let us assume 12 parks as a placeholder.\n${code}`),
  by('Computer_terminal', 'exitcode: 0 (execution succeeded)\nCode output: 12'),
  by('Checker', 'The result is verified, the answer is 12 parks in the town. Thank you all.'),
  by('Checker', 'TERMINATE'),
];

/** As Magentic-One tells its runs: a hub that thinks, keeps a ledger and passes the word; a worker that browses. */
function hub(rounds: number): Step[] {
  const steps = [
    by('human', TASK),
    by(
      'Orchestrator (thought)',
      `Initial plan:\n${TASK}\nThe team: WebSurfer, ComputerTerminal (code quoted in \`\`\`sh blocks).\nEDUCATED GUESSES: there are likely about 5, probably fewer.`,
    ),
  ];
  for (let i = 0; i < rounds; i += 1) {
    const ledger = {
      is_request_satisfied: false,
      reason: `still missing page ${i}`,
      next_speaker: 'WebSurfer',
    };
    steps.push(
      by('Orchestrator (thought)', `Updated Ledger:\n${JSON.stringify(ledger, undefined, 2)}`),
      by('Orchestrator (-> WebSurfer)', `Please open page ${i} of the list.`),
      by(
        'WebSurfer',
        `I clicked page ${i}. The page shows: ${Array.from({ length: 80 }, (_, k) => `park${i}x${k}`).join(' ')} ${100 + i}`,
      ),
    );
  }
  return [...steps, by('Orchestrator (-> final answer)', 'FINAL ANSWER: 103')];
}

const top = (steps: Step[], task = TASK) => {
  const shares = blameConversation(task, steps);
  return shares.indexOf(Math.max(...shares));
};

describe('what a conversation is', () => {
  it('messages of two speakers without anything that came back', () => {
    expect(isConversation(INVENTED)).toBe(true);
    expect(isConversation([say('Hello.'), say('Hello again.')])).toBe(false);
    expect(isConversation([...INVENTED, bash('ls')])).toBe(false);
    expect(isConversation([])).toBe(false);
  });
});

describe('who is to blame in one that failed', () => {
  it('who supposed what nobody knew, not the program, not the last', () => {
    expect(top(INVENTED)).toBe(1);
    const attribution = attributeSimple(runOf(INVENTED, { task: TASK, success: false }));
    expect(attribution.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(attribution[4]?.[1]).toBeLessThan(attribution[1]?.[1] ?? 0);
  });

  it('in long runs of a hub those who act, not who tells the task or keeps the ledger', () => {
    for (const rounds of [4, 16, 42]) {
      const steps = hub(rounds);
      const shares = blameConversation(TASK, steps);
      const ranked = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0));
      expect(ranked.slice(0, 3).map((i) => steps[i]?.agent)).toEqual(Array(3).fill('WebSurfer'));
      expect(shares[0]).toBe(0);
    }
  });

  it('somebody, even where all only tell the task', () => {
    const same = [by('A', TASK), by('B', TASK)];
    const shares = blameConversation(TASK, same);
    expect(shares[0]).toBeGreaterThan(0);
    expect(attributeSimple({ steps: same, outcome: { success: false } })).toHaveLength(2);
  });
});

describe('signs', () => {
  it('are told from what is said', () => {
    const [plan, guess, result, agreed, end] = signsOf(TASK, INVENTED);
    expect(plan).toMatchObject({ passes_on: 1, code: 0, result: 0, place: 0 });
    expect(guess).toMatchObject({ code: 1, ran_next: 1, failed_next: 0 });
    expect(guess?.supposes).toBeGreaterThan(0);
    expect(guess?.lacks).toBeGreaterThan(0);
    // 12 is first said here, and is the answer at the end.
    expect(guess?.numbers_stay).toBeGreaterThan(0);
    expect(result).toMatchObject({ result: 1, numbers_stay: 0 });
    expect(agreed?.agrees).toBeGreaterThan(0);
    expect(end?.ends).toBe(1);
  });

  it('are numbers for hostile texts, and read so much of all of them together', () => {
    const hostile = [' '.repeat(1e6), '1,1.'.repeat(3e5), '`'.repeat(1e6), 'can not '.repeat(2e5), ''].map(
      (text, i) => by(i % 2 === 0 ? 'A' : 'B('.repeat(1_000), text),
    );
    for (const signs of signsOf('x'.repeat(1e6), hostile))
      for (const sign of SIGNS) expect(Number.isFinite(signs[sign]), sign).toBe(true);
    const many = Array.from({ length: 5_000 }, (_, i) =>
      by(i % 3 === 0 ? 'A' : 'B', `word${i} `.repeat(300)),
    );
    expect(blameConversation('x', many)).toHaveLength(5_000);
  });

  it('holds for a turn told in any number of messages', () => {
    const steps = Array.from({ length: 150_000 }, (_, i) =>
      by(i % 2 ? 'Lead (thought)' : 'Lead (aloud)', 'on'),
    );
    expect(blameConversation(TASK, steps)).toHaveLength(150_000);
  });
});
