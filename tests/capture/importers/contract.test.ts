/** What every importer must keep. A new format joins by one line in `FORMATS`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMPORTERS } from '../../../src/capture/importers/index.ts';
import { TrajectoryInput } from '../../../src/types.ts';
import * as made from './fixtures.ts';
import * as codex from './fixtures-codex.ts';
import { evaluated, executed, executedBarely } from './fixtures-events.ts';
import * as formats from './fixtures-formats.ts';
import * as gemini from './fixtures-gemini.ts';
import { smithLines } from './fixtures-langsmith.ts';
import { langfuseExport, otlpLines } from './fixtures-traces.ts';
import { folder, readAll, readText } from './reading.ts';

interface Format {
  format: string;
  file: string;
  text: string;
  runs: number;
  /** How many of the runs the source itself says to have succeeded. */
  succeeded?: number;
  /** Plain text: what is said of JSON does not hold. */
  plain?: true;
}

const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const tau = [made.tauRecord(3, 0, 1), made.tauRecord(3, 1, 0)];

const FORMATS: Format[] = [
  { format: 'claude-code', file: 'c0de.jsonl', text: made.claudeSession, runs: 1 },
  { format: 'claude-stream-json', file: 'out.jsonl', text: made.claudeStream, runs: 1 },
  { format: 'codex', file: 'rollout-1.jsonl', text: codex.codexRollout, runs: 1 },
  { format: 'codex', file: 'rollout-0.jsonl', text: codex.codexFlat, runs: 1 },
  { format: 'codex', file: 'rollout.json', text: codex.codexWhole, runs: 1 },
  { format: 'codex-exec-json', file: 'exec.jsonl', text: codex.codexEvents, runs: 1 },
  { format: 'gemini', file: 'session-1.jsonl', text: gemini.geminiChat, runs: 1 },
  { format: 'gemini', file: 'session-0.json', text: gemini.geminiWhole, runs: 1 },
  { format: 'gemini-stream-json', file: 'gemini.jsonl', text: gemini.geminiEvents, runs: 1 },
  { format: 'chat', file: 'airline.json', text: JSON.stringify(tau, null, 1), runs: 2, succeeded: 1 },
  { format: 'chat', file: 'chats.jsonl', text: line({ messages: made.chatMessages }), runs: 1 },
  { format: 'swe-agent', file: 'parser-1.traj', text: JSON.stringify(made.sweAgentRun, null, 2), runs: 1 },
  { format: 'atif', file: 'trajectory.json', text: JSON.stringify(made.atifDocument, null, 2), runs: 1 },
  {
    format: 'cloud-events',
    file: 'events.jsonl',
    text: line(evaluated()) + line(executed()) + line(executedBarely()),
    runs: 2,
    succeeded: 1,
  },
  { format: 'otlp', file: 'traces.jsonl', text: otlpLines, runs: 1 },
  { format: 'langsmith', file: 'runs.jsonl', text: smithLines, runs: 1 },
  { format: 'langfuse', file: 'trace.json', text: JSON.stringify(langfuseExport, null, 2), runs: 1 },
  { format: 'mini-swe-agent', file: 'p.traj.json', text: JSON.stringify(formats.miniRun, null, 2), runs: 1 },
  { format: 'openhands', file: 'run.json', text: JSON.stringify(formats.openHandsEvents, null, 1), runs: 1 },
  { format: 'openhands', file: 'sdk.jsonl', text: formats.openHandsSdkEvents.map(line).join(''), runs: 1 },
  {
    format: 'openhands',
    file: 'output.jsonl',
    text: line(formats.openHandsEvaluation('a', true)) + line(formats.openHandsEvaluation('b', false, 1)),
    runs: 2,
    succeeded: 1,
  },
  {
    format: 'intercode',
    file: 'ic.json',
    text: JSON.stringify(formats.intercodeResults),
    runs: 2,
    succeeded: 1,
  },
  { format: 'react-log', file: 'log.txt', text: formats.reactLogText, runs: 2, succeeded: 1, plain: true },
  {
    format: 'knowhow',
    file: 'made-up.jsonl',
    text: line(formats.reactRow(1)) + line(formats.reactRow(0)),
    runs: 2,
    succeeded: 1,
  },
  { format: 'atomicguard', file: 'a.json', text: JSON.stringify(formats.artifact(1), null, 2), runs: 1 },
  {
    format: 'knowhow',
    file: 'runs.jsonl',
    text: line(made.draft) + line({ ...made.draft, session: 'b' }),
    runs: 2,
  },
];

describe('the suite', () => {
  it('has every importer', () => {
    expect(new Set(FORMATS.map(({ format }) => format))).toEqual(new Set(IMPORTERS.map(({ name }) => name)));
  });
});

describe.each(FORMATS)('$format ($file)', ({ format, file, text, runs: count, succeeded = 0, plain }) => {
  it('is recognised, and yields its runs in full form', async () => {
    const read = await readText(file, text);
    expect(read).toMatchObject({ format, broken: [] });
    expect(read.runs).toHaveLength(count);
    for (const { draft } of read.runs) expect(TrajectoryInput.parse(draft)).toEqual(draft);
    // A run without a key of its own is told apart by what it says.
    expect(new Set(read.runs.map(({ key, draft }) => key || JSON.stringify(draft))).size).toBe(count);
  });

  it('takes the task from who asked, and success from nobody but a judge', async () => {
    const { runs } = await readText(file, text);
    // These two do not tell the prompt.
    const isMute = format === 'claude-stream-json' || format === 'codex-exec-json';
    const asked = isMute ? 'I run the tests first.' : made.PROMPT;
    expect(runs.map(({ draft }) => draft.task.description)).toEqual(runs.map(() => asked));
    expect(runs.filter(({ draft }) => draft.outcome.success === true)).toHaveLength(succeeded);
  });

  it('names a run alike whatever the file is called, and by no path', async () => {
    const place = await folder({ [file]: text, [`elsewhere/other-${file}`]: text });
    const [one, other] = (await readAll(place)).map(({ events }) =>
      events.flatMap((event) => (event.kind === 'trajectory' ? [event.key] : [])),
    );
    expect(one).toEqual(other);
    for (const key of one ?? []) expect(key).not.toContain(place);
  });

  it('does not mind a byte order mark, other line ends or UTF-16', async () => {
    const expected = await readText(file, text);
    const windows = text.replaceAll('\n', '\r\n');
    expect(await readText(file, `\ufeff${windows}`)).toEqual(expected);
    expect(await readText(file, Buffer.from(`\ufeff${windows}`, 'utf16le'))).toEqual(expected);
  });

  it('ignores keys it does not know', async () => {
    // Strict by design: what a caller hands over must be what it means.
    if (format === 'knowhow' || plain) return;
    const more = text.replaceAll(
      /"(role|type|source|action|task_id|schema_version)":/g,
      '"x_new":{"a":[1]},"$1":',
    );
    expect(more).not.toBe(text);
    const [before, after] = [await readText(file, text), await readText(file, more)];
    expect(after.runs.map(({ draft }) => draft.task)).toEqual(before.runs.map(({ draft }) => draft.task));
    expect(after.runs.map(({ draft }) => draft.steps.length)).toEqual(
      before.runs.map(({ draft }) => draft.steps.length),
    );
    expect(after.broken).toEqual([]);
  });

  it('stores text that no UTF-8 can hold as text that it can', async () => {
    if (plain) return;
    // A lone surrogate, escaped as JSON may have it, and a raw control character, as JSON may not.
    const odd = text
      .replaceAll('2 failed', '2\\ud800 \u0007failed')
      .replaceAll('no such tool', 'no \\ud800tool');
    const { runs, broken } = await readText(file, odd);
    expect(broken).toEqual([]);
    const stored = JSON.stringify(runs);
    expect(stored).toContain('\ufffd');
    expect(stored).not.toMatch(/\\ud[89a-f]/i);
  });

  it('survives being cut off anywhere', async () => {
    const whole = await readText(file, text);
    const cuts = fc.integer({ min: 0, max: text.length - 1 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const { runs } = await readText(file, text.slice(0, at), { format });
        expect(runs.length).toBeLessThanOrEqual(whole.runs.length);
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await readText(file, bytes, { format })).runs).toEqual([]);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  it('survives JSON of any shape where its own was', async () => {
    if (plain) return;
    const value = fc.jsonValue({ maxDepth: 3 });
    const keys = [...new Set([...text.matchAll(/"(\w+)":/g)].map(([, key]) => key as string))];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), value, async (key, odd) => {
        const holder = new RegExp(`"${key}":\\s?("(?:[^"\\\\]|\\\\.)*"|[0-9.]+|null|true|false)`, 'g');
        const changed = text.replaceAll(holder, () => `"${key}":${JSON.stringify(odd)}`);
        const { runs } = await readText(file, changed, { format });
        for (const { draft } of runs) expect(TrajectoryInput.parse(draft)).toEqual(draft);
      }),
      { numRuns: 30, seed: 7 },
    );
  });
});
