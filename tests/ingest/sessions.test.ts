/** Nothing is shown twice in a session, and what was shown is credited with how its run ended. */
import { describe, expect, it } from 'vitest';
import { claim, clearSessions, shownOf, unclaim } from '../../src/ingest/sessions.ts';
import { leaveJob } from '../../src/ingest/spool.ts';
import { claudeTurns, hostAt, jobFor, SESSION, workOffAt, writeTranscript } from '../support/hooks.ts';
import { openStoreAt, temporaryDirectory } from '../support/store.ts';

describe('what was shown in a session', () => {
  it('is shown once, whichever of two hooks comes first, and again in the next session', () => {
    const place = temporaryDirectory();
    expect(claim(place, 'claude', 's1', ['strat_a1', 'strat_b2'])).toEqual(['strat_a1', 'strat_b2']);
    expect(claim(place, 'claude', 's1', ['strat_b2', 'err_c3'])).toEqual(['err_c3']);
    expect(claim(place, 'claude', 's2', ['strat_a1'])).toEqual(['strat_a1']);
    expect(claim(place, 'codex', 's1', ['strat_a1'])).toEqual(['strat_a1']);
    unclaim(place, 'claude', 's1', ['err_c3']);
    expect(shownOf(place, 'claude', 's1')?.records).toEqual(['strat_a1', 'strat_b2']);
    expect(shownOf(place, 'claude', 's3')).toBeUndefined();
  });

  it('is named by ids and nothing that could be a path', () => {
    const place = temporaryDirectory();
    expect(claim(place, 'claude', '../../x', ['../evil', 'strat_/../a', ''])).toEqual([]);
  });

  it('goes when nobody goes on with the session', () => {
    const place = temporaryDirectory();
    claim(place, 'claude', 's1', ['strat_a1']);
    clearSessions(place, Date.now() - 60_000);
    expect(shownOf(place, 'claude', 's1')).toBeDefined();
    clearSessions(place, Date.now() + 60_000);
    expect(shownOf(place, 'claude', 's1')).toBeUndefined();
  });

  it('is one retrieval, credited to the run of the session as it grows', async () => {
    const host = hostAt();
    writeTranscript(host, claudeTurns(2));
    leaveJob(host.place, jobFor(host));
    await workOffAt(host);
    claim(host.place, 'claude', SESSION, ['strat_a1']);
    writeTranscript(host, claudeTurns(3));
    leaveJob(host.place, jobFor(host));
    await workOffAt(host);
    claim(host.place, 'claude', SESSION, ['err_b2']);
    writeTranscript(host, claudeTurns(4));
    leaveJob(host.place, jobFor(host));
    await workOffAt(host);
    const { memory } = await openStoreAt(host.data);
    const [run, ...others] = await memory.trajectories.list();
    const [retrieval, ...more] = await memory.retrievals.list();
    expect([others, more]).toEqual([[], []]);
    expect(run?.steps).toHaveLength(4);
    expect(retrieval).toMatchObject({
      id: run?.retrieval_id,
      shown: ['err_b2', 'strat_a1'],
      at_first: ['strat_a1'],
      project: 'parser',
      task: 'Make the tests of the parser pass',
    });
    expect(retrieval && run && retrieval.at <= run.at).toBe(true);
  });
});
