/** A session is one task: one draw decides what hooks tell in all of it, and what they would have told is credited to its run. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HookCall } from '../../src/capture/hooks/calls.ts';
import { recordAll } from '../../src/capture/recorder.ts';
import { toldTo } from '../../src/cli/hook.ts';
import { hookFlags } from '../../src/cli/hook-worker.ts';
import { glance } from '../../src/config/glance.ts';
import { refreshHints } from '../../src/ingest/hints-write.ts';
import { armIn, claim, drawArm, shownOf } from '../../src/ingest/sessions.ts';
import { keyOf, leaveJob } from '../../src/ingest/spool.ts';
import { armOf } from '../../src/learners/arm.ts';
import { createPipeline } from '../../src/learning/pipeline.ts';
import { taskKey } from '../../src/memory/memory.ts';
import { TrajectoryInput } from '../../src/types.ts';
import { assistantSays, sessionLines, toolResult, toolUse, userSays } from '../capture/importers/fixtures.ts';
import { claudeTurns, hostAt, jobFor, workOffAt, writeTranscript } from '../support/hooks.ts';
import { history, MISSING_CLIENT } from '../support/runs.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

const host = hostAt();
const { place } = host;
const cwd = '/work/billing-service';
const project = 'billing-service';
const prompt = (nth: number) =>
  `${nth}. Add the invoice export endpoint to billing-service, make its tests pass.`;

beforeAll(async () => {
  const ctx = await openStoreAt(host.data);
  await recordAll(
    ctx,
    history().map((run) => ({ input: TrajectoryInput.parse(run) })),
  );
  await createPipeline(ctx).runBatchLearning({ min_trajectories: 0, max_seconds: 600 });
  await refreshHints(ctx, place);
  await ctx.close();
});

const said = (session: string, more: Partial<HookCall> = {}): HookCall => ({
  host: 'claude',
  occasion: 'prompt',
  event: 'UserPromptSubmit',
  session,
  cwd,
  transcripts: [],
  text: prompt(0),
  ...more,
});
const failed = (session: string): HookCall =>
  said(session, {
    occasion: 'failure',
    event: 'PostToolUseFailure',
    text: `Exit code 1\n${MISSING_CLIENT}\n    at src/api.js:3:1`,
  });
const tell = (call: HookCall, holdout: number) =>
  toldTo(call, { ...glance({ data: host.data }, {}), project: undefined, holdout }, () => false);

describe('a session under a hold-out', () => {
  it('is told nothing where its first prompt is held out, and what it would have been told is noted', async () => {
    const open = await tell(said('open'), 0);
    expect(open).toMatch(/strat_[0-9a-f]{24}/u);
    expect(await tell(said('held'), 1)).toBe('');
    expect(await tell(failed('held'), 1)).toBe('');
    await tell(failed('open'), 0);
    const [held, shown] = [shownOf(place, 'claude', 'held'), shownOf(place, 'claude', 'open')];
    expect(held).toMatchObject({ records: shown?.records, tokens: shown?.tokens });
    expect(held?.records.length).toBeGreaterThan(1);
    expect(held?.drawn).toEqual({ arm: 'withheld', holdout: 1 });
    expect(shown?.drawn).toBeUndefined();
    // About what the host read.
    const characters = JSON.parse(open).hookSpecificOutput.additionalContext.length;
    expect((shown?.tokens ?? 0) * 2.9).toBeGreaterThan(characters);
  });

  it('keeps its arm, whatever is said later and whatever the setting becomes', async () => {
    const arms = Array.from({ length: 12 }, (_, nth) => armOf(project, { description: prompt(nth) }, 0.5));
    for (const [nth, arm] of arms.entries()) {
      const session = `kept-${nth}`;
      const first = await tell(said(session, { text: `${prompt(nth)}\n` }), 0.5);
      expect(first === '', prompt(nth)).toBe(arm === 'withheld');
      // Its fix was not told yet.
      const later = await tell(failed(session), arm === 'withheld' ? 0 : 1);
      expect(later === '').toBe(arm === 'withheld');
      expect(armIn(place, 'claude', session)).toEqual({ arm, holdout: 0.5 });
    }
    expect(new Set(arms).size).toBe(2);
  });

  it('is drawn by its name where an error comes first, and by a prompt that nothing is known of', async () => {
    for (let nth = 0; nth < 8; nth += 1) {
      const session = `error-${nth}`;
      const arm = armOf(project, { id: session, description: '' }, 0.5);
      expect((await tell(failed(session), 0.5)) === '').toBe(arm === 'withheld');
      expect(armIn(place, 'claude', session)).toMatchObject({ arm });
    }
    expect(await tell(said('nothing', { text: 'Translate the poem' }), 1)).toBe('');
    expect(shownOf(place, 'claude', 'nothing')).toBeUndefined();
    expect(await tell(failed('nothing'), 0)).toBe('');
    expect(shownOf(place, 'claude', 'nothing')?.drawn?.arm).toBe('withheld');
  });

  it('that was told something before is in no arm, and without a hold-out no file says any', async () => {
    await tell(said('before'), 0);
    expect(await tell(failed('before'), 1)).not.toBe('');
    expect(shownOf(place, 'claude', 'before')).not.toHaveProperty('drawn');
    expect(readdirSync(join(place, 'sessions', keyOf('claude', 'before')))).not.toContain('arm');
  });

  it('is drawn once by two hooks at once; what cannot be read tells nothing, to either', async () => {
    const elsewhere = temporaryDirectory();
    const first = drawArm(elsewhere, 'claude', 's', { arm: 'shown', holdout: 0.3 });
    const second = drawArm(elsewhere, 'claude', 's', { arm: 'withheld', holdout: 1 });
    expect([first, second]).toEqual([first, first]);
    mkdirSync(join(place, 'sessions', keyOf('claude', 'broken')), { recursive: true });
    for (const text of ['', 'shown 7\n', 'withheld']) {
      writeFileSync(join(place, 'sessions', keyOf('claude', 'broken'), 'arm'), text);
      expect(await tell(said('broken'), 0.5)).toBe('');
      expect(shownOf(place, 'claude', 'broken')).toBeUndefined();
    }
  });
});

describe('a captured session', () => {
  const capture = async (session: string, transcript: string, text: string) => {
    const own = { ...host, transcript: join(dirname(host.transcript), transcript) };
    writeTranscript(own, text);
    leaveJob(place, jobFor(own, { session, cwd }));
    await workOffAt(own, { holdout: 1 });
    const ctx = await openStoreAt(host.data);
    const [run] = await ctx.memory.trajectories.list({ where: { session } });
    await createPipeline(ctx).runBatchLearning({ min_trajectories: 0 });
    const [exposure] = await ctx.memory.exposures.list({ where: { trajectory: run?.id ?? '' } });
    const retrieval = await ctx.memory.retrievals.get(run?.retrieval_id ?? '');
    const uses = await ctx.memory.uses.list({ where: { trajectory: run?.id ?? '' } });
    await ctx.close();
    return { run, exposure, retrieval, uses };
  };

  it('has one retrieval with its arm, and its run counts in that', async () => {
    await tell(said('taken', { text: prompt(7) }), 1);
    const { tokens } = shownOf(place, 'claude', 'taken') ?? {};
    const lines = claudeTurns(2, { prompt: prompt(7), cwd, session: 'taken' });
    const { run, exposure, retrieval, uses } = await capture('taken', 'taken.jsonl', lines);
    const task_key = run && taskKey(project, run.task);
    expect(retrieval).toMatchObject({
      arm: 'withheld',
      holdout: 1,
      shown: [],
      known: true,
      tokens,
      task_key,
    });
    expect(retrieval?.withheld).toEqual(shownOf(place, 'claude', 'taken')?.records);
    expect(retrieval?.at_first).toEqual(shownOf(place, 'claude', 'taken')?.at_first);
    expect(exposure).toMatchObject({ arm: 'withheld', holdout: 1, context_tokens: 0, task_key });
    expect(exposure).not.toHaveProperty('mixed');
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.every(({ withheld }) => withheld)).toBe(true);
  });

  const asksItself = (session: string, id: string) => {
    const answer = `Quoted.\nbegin 01ab\n${JSON.stringify({ retrieval_id: id, known: true })}\nend 01ab`;
    return sessionLines(
      ...[
        userSays(prompt(8)),
        assistantSays('m0', [toolUse('t0', 'mcp__knowhow__retrieve_strategies', { task: 'In other words' })]),
        userSays([toolResult('t0', [{ type: 'text', text: answer }], false)]),
        assistantSays('m1', [toolUse('t1', 'Bash', { command: 'npm test' })]),
        userSays([toolResult('t1', 'ok', false)]),
      ].map((line) => ({ ...line, cwd, sessionId: session })),
    );
  };
  const shownRetrieval = async (id: string, ago = 1_000) => {
    const ctx = await openStoreAt(host.data);
    const at = new Date(Date.now() - ago).toISOString();
    const [record] = await ctx.memory.strategies.ids();
    const base = { id, at, project, derived_from: [], trust: 1, task: 'In other words', known: true };
    await ctx.memory.retrievals.put([{ ...base, shown: [record ?? ''], arm: 'shown', holdout: 0.5 }]);
    await ctx.close();
  };

  it('that asked by itself belongs to its own question where hooks told nothing', async () => {
    const id = `ret_${'a1'.repeat(12)}`;
    await shownRetrieval(id);
    const { run, exposure } = await capture('asks', 'asks.jsonl', asksItself('asks', id));
    expect(run?.retrieval_id).toBe(id);
    expect(exposure).toMatchObject({ retrieval: id, arm: 'shown' });
    const stray = await capture('stray', 'stray.jsonl', asksItself('stray', `ret_${'b2'.repeat(12)}`));
    expect(stray.run?.retrieval_id).toBeUndefined();
  });

  it('counts in its own arm where its own question drew the other, and says that it is mixed', async () => {
    const id = `ret_${'c3'.repeat(12)}`;
    drawArm(place, 'claude', 'mixed', { arm: 'withheld', holdout: 0.5 });
    claim(place, 'claude', 'mixed', ['strat_a1'], 90);
    await shownRetrieval(id, 0);
    const { exposure } = await capture('mixed', 'mixed.jsonl', asksItself('mixed', id));
    expect(exposure).toMatchObject({ arm: 'withheld', mixed: true, records: ['strat_a1'] });
  });
});

describe('the share that hooks are given', () => {
  it('comes from the flag, the environment or the file, and what is no share holds nothing out', () => {
    const data = temporaryDirectory();
    writeFileSync(join(data, 'config.json'), '{"holdout": 0.2}');
    const share = (holdout?: string, KNOWHOW_HOLDOUT = '') => {
      const seen = glance({ data, ...(holdout === undefined ? {} : { holdout }) }, { KNOWHOW_HOLDOUT });
      return seen.holdout_refused ? 'refused' : seen.holdout;
    };
    expect([share(), share(undefined, '0.3'), share('0.4', '0.3'), share('0', '0.3')]).toEqual([
      0.2, 0.3, 0.4, 0,
    ]);
    for (const none of ['all', '1.5', '-1', '20%', '', 'NaN', 'Infinity']) {
      expect(share(none)).toBe('refused');
      if (none !== '') expect(share(undefined, none)).toBe('refused');
    }
    writeFileSync(join(data, 'config.json'), '{"holdout": "0.2"}');
    expect(share()).toBe('refused');
    expect(hookFlags(['claude', '--holdout', '0.5', '--project=p'])).toEqual({
      work: false,
      host: 'claude',
      holdout: '0.5',
      project: 'p',
    });
  });
});
