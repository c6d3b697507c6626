import { describe, expect, it } from 'vitest';
import { preferencesOf } from '../../../src/feedback/preferences/preferences.ts';
import { type GivenPair, preferenceExamples } from '../../../src/training/examples/pairs.ts';
import { openStoreAt, temporaryDirectory } from '../../support/store.ts';
import { attempt, itemsOf, record } from './stored.ts';

const open = () => openStoreAt(temporaryDirectory());

const given = (chosen: string, rejected: string, task_key: string): GivenPair => ({
  id: 'pref_1',
  project: 'default',
  task_key,
  chosen,
  rejected,
  source: 'outcome',
  strength: 1,
  confidence: 1,
});

describe('preference examples', () => {
  it('of natural retries ask what the earlier attempt was asked, with the attempts before it', async () => {
    const ctx = await open();
    const first = await record(ctx, attempt('return a - b', false));
    const second = await record(
      ctx,
      attempt('return a * b', false, { parent: first, metadata: { licence: 'MIT' } }),
    );
    const third = await record(
      ctx,
      attempt('return a + b', true, { parent: second, metadata: { licence: 'CC0-1.0' } }),
    );
    const items = new Map([...(await itemsOf(ctx))].map(([id, { item }]) => [id, item]));
    const pairs: GivenPair[] = [];
    await preferencesOf(ctx, {}, (found) => pairs.push(...found));
    const { examples, left_out } = await preferenceExamples(ctx, pairs, items);
    expect(left_out).toEqual({});
    expect(
      examples.map(({ source, chosen_item, rejected_item }) => [source, chosen_item, rejected_item]),
    ).toEqual(
      expect.arrayContaining([
        ['retry', third, first],
        ['retry', third, second],
      ]),
    );
    const later = examples.find(({ rejected_item }) => rejected_item === second);
    expect(later).toMatchObject({
      specification: 'Write a function that adds two numbers.',
      chosen: 'return a + b',
      rejected: 'return a * b',
      licence: 'CC0-1.0 AND MIT',
      attempts: [{ item_id: first, answer: 'return a - b' }],
    });
    expect(examples.find(({ rejected_item }) => rejected_item === first)?.attempts).toEqual([]);
  });

  it('are not made of two tasks, of one text, of what was asked otherwise, or of cut answers', async () => {
    const ctx = await open();
    const good = await record(ctx, attempt('return a + b', true));
    const same = await record(ctx, attempt(' return  a + b', false));
    const otherwise = await record(
      ctx,
      attempt('return 2', false, { task: { description: 'Add one and one.', id: 'add' } }),
    );
    const elsewhere = await record(
      ctx,
      attempt('return 3', false, { task: { description: 'Count.', id: 'count' } }),
    );
    const cut = await record(ctx, attempt('x'.repeat(40_000), false));
    const items = new Map([...(await itemsOf(ctx))].map(([id, { item }]) => [id, item]));
    const key = items.get(good)?.task_key ?? '';
    const pairs = [same, otherwise, elsewhere, cut, 'traj_gone'].map((rejected) =>
      given(good, rejected, key),
    );
    const made = await preferenceExamples(ctx, pairs, items);
    expect(made).toEqual({
      examples: [],
      left_out: { identical: 1, asked_otherwise: 1, not_one_task: 1, cut_answer: 1, not_stored: 1 },
    });
  });

  it('ask what the one that began first was asked, whatever the zones of their clocks', async () => {
    const ctx = await open();
    const before = await record(
      ctx,
      attempt('return 0', false, { session: 's', started_at: '2026-01-01T00:00:00Z' }),
    );
    const second = await record(
      ctx,
      attempt('return 1', false, { session: 's', started_at: '2026-01-01T01:00:00Z' }),
    );
    // An hour before the other, in a zone in which it is later in the day.
    const first = await record(
      ctx,
      attempt('return a + b', true, {
        started_at: '2026-01-01T05:00:00+05:00',
        metadata: { licence: 'MIT', consent: 'yes' },
      }),
    );
    const items = new Map([...(await itemsOf(ctx))].map(([id, { item }]) => [id, item]));
    const key = items.get(first)?.task_key ?? '';
    const [pair] = (await preferenceExamples(ctx, [given(first, second, key)], items)).examples;
    expect(items.get(second)?.ancestors.map(({ id }) => id)).toEqual([before]);
    expect(pair).toMatchObject({ attempts: [], licence: 'MIT AND NOASSERTION' });
    expect(pair?.consent).toBeUndefined();
  });

  it('are not made where they would teach the form, a made-up talk, or what the prompt calls rejected', async () => {
    const ctx = await open();
    const steps = [
      { action: 'search({"q":1})', tool: 'search', args: { q: 1 }, observation: 'found' },
      { action: 'It is 3.', observation: '' },
    ];
    const before = await record(ctx, attempt('return a + b', false));
    const wrong = await record(ctx, attempt('return a - b', false, { parent: before }));
    const good = await record(
      ctx,
      attempt('return a + b', true, { parent: wrong, metadata: { attempt: 3 } }),
    );
    const unsure = await record(
      ctx,
      attempt('return b', false, {
        outcome: { success: false, verdict: { source: 'test', detail: 'passed' } },
      }),
    );
    const inSteps = await record(ctx, attempt('', false, { steps }));
    const talk = await record(
      ctx,
      attempt('', false, { steps: [{ action: 'Which numbers?', observation: '1 and 2' }, ...steps] }),
    );
    const items = new Map([...(await itemsOf(ctx))].map(([id, { item }]) => [id, item]));
    const key = items.get(good)?.task_key ?? '';
    const pairs = [wrong, unsure, inSteps, talk].map((rejected) => given(good, rejected, key));
    expect((await preferenceExamples(ctx, pairs, items)).left_out).toEqual({
      chosen_was_rejected: 1,
      contradictory_outcome: 1,
      other_kind: 1,
      conversation: 1,
    });
  });
});
