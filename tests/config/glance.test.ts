/** What a hook reads without the schema is what everything else reads with it. */
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { glance, shareSaid } from '../../src/config/glance.ts';
import { loadConfig } from '../../src/config.ts';
import { temporaryDirectory } from '../support/store.ts';

const both = (flags: { data?: string; project?: string }, env: Record<string, string>) => ({
  config: loadConfig(flags, env),
  seen: glance(flags, env),
});

describe('a glance at the configuration', () => {
  it.each([
    [{}, {}],
    [
      { capture: { enabled: false, exclude: ['/a'], projects: ['~/b'], context: false, context_tokens: 99 } },
      {},
    ],
    [{ capture: { enabled: false }, project: 'from-file' }, { KNOWHOW_CAPTURE: 'on' }],
    [{ project: 'from-file' }, { KNOWHOW_CAPTURE: 'off', KNOWHOW_PROJECT: 'from-env' }],
    [{ holdout: 0.25 }, {}],
    [{ holdout: 1 }, { KNOWHOW_HOLDOUT: '0.1' }],
    [{ holdout: 1 }, { KNOWHOW_HOLDOUT: '0' }],
    [{ holdout: 0.5 }, { KNOWHOW_HOLDOUT: '' }],
  ])('agrees with what the schema makes of file %j and environment %j', (file, env) => {
    const data = temporaryDirectory();
    writeFileSync(join(data, 'config.json'), JSON.stringify(file));
    // In a workspace the schema names the project after its folder, as hooks do after the session's.
    const here = { KNOWHOW_DATA: data, KNOWHOW_WORKSPACE: '' };
    const { config, seen } = both({}, { ...here, ...env } as Record<string, string>);
    const { enabled, projects, exclude, context, context_tokens } = config.capture;
    expect(seen.capture).toEqual({ enabled, projects, exclude, context, context_tokens });
    expect(seen.data).toBe(config.data);
    expect(seen.project ?? 'default').toBe(config.project);
    expect([seen.holdout, seen.holdout_refused]).toEqual([config.holdout, false]);
  });

  it('holds nothing out where the share is none, which whoever serves is told', () => {
    const env = { KNOWHOW_DATA: temporaryDirectory() };
    for (const holdout of ['most', '1.01', '-0.1', '50%', '', ' . ']) {
      expect(glance({ holdout }, env)).toMatchObject({ holdout: 0, holdout_refused: true });
      expect(() => loadConfig({ holdout: shareSaid(holdout) }, env)).toThrow(
        expect.objectContaining({ code: 'bad_config' }),
      );
    }
    expect(loadConfig({ holdout: shareSaid('0.2') }, env).holdout).toBe(0.2);
    expect(loadConfig({ holdout: shareSaid(undefined) }, { ...env, KNOWHOW_HOLDOUT: '.3' }).holdout).toBe(
      0.3,
    );
  });

  it('finds the store and the file of settings as the schema does', () => {
    const [data, file] = [temporaryDirectory(), join(temporaryDirectory(), 'mine.json')];
    writeFileSync(file, '{"capture":{"context":false}}');
    const places: Record<string, string>[] = [{ XDG_DATA_HOME: data }, { KNOWHOW_DATA: 's3://b/c' }];
    for (const place of places) {
      const { config, seen } = both({ project: 'given' }, { KNOWHOW_CONFIG: file, ...place });
      expect([seen.data, seen.capture.context, seen.project]).toEqual([config.data, false, 'given']);
    }
  });

  it('reads nothing as allowed that the schema would refuse', () => {
    const data = temporaryDirectory();
    expect(glance({ data }, { KNOWHOW_CAPTURE: 'perhaps' }).capture.enabled).toBe(false);
    writeFileSync(join(data, 'config.json'), '{"capture": {"enabled": "no"}}');
    expect(glance({ data }, {}).capture.enabled).toBe(false);
    writeFileSync(join(data, 'config.json'), '{"capture": ');
    expect(() => glance({ data }, {})).toThrow();
  });

  it('knows where hosts keep their sessions', () => {
    const env = { CLAUDE_CONFIG_DIR: '/c', CODEX_HOME: '/x', GEMINI_CLI_HOME: '/g' };
    expect(glance({ data: '/d' }, env).homes).toMatchObject({
      claude: '/c',
      codex: '/x',
      gemini: '/g/.gemini',
    });
    expect(glance({ data: '/d' }, {}).homes.claude).toBe(join(homedir(), '.claude'));
  });
});
