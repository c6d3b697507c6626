/**
 * A build: runs → examples → verdicts → splits → a version. Whole, or not at all: until the manifest is written nothing of it is
 * seen, and it is built again from the same runs to the same content. Texts wait on disk, so memory does not grow with them.
 */
import type { Context } from '../../context.ts';
import type { DatasetSettings, DatasetVersion, TrainingExample } from '../../types.ts';
import { trainingError } from '../codes.ts';
import type { PairsOf } from '../examples/pairs.ts';
import { openPlace } from '../places/open.ts';
import type { Place } from '../places/place.ts';
import { decisions, queueReviews, withdrawOutdated } from '../review/queue.ts';
import { asVersion } from './as-version.ts';
import { type Choice, choose } from './choose.ts';
import { collect } from './collect.ts';
import { exclusionOf } from './exclusion.ts';
import { goneRuns } from './gone.ts';
import { earlierOf, nothingEarlier, replaced } from './incremental.ts';
import { type BuildResult, outcomeOf } from './outcome.ts';
import { pairRows } from './pair-rows.ts';
import { placed, type Quoting, rowsAmong, taskOfRuns } from './placed.ts';
import { readManifest, versionsOf, withPlace } from './read.ts';
import { clearUnnamed } from './remove.ts';
import {
  type AskedSettings,
  checkName,
  DEFAULT_SETTINGS,
  LEAST_NEW,
  sameSettings,
  settingsOf,
} from './settings.ts';
import { inWorkroom, type Spool, type Workroom } from './spool.ts';
import { alone, commit, type Staged } from './write.ts';

export interface BuildOptions extends AskedSettings {
  name: string;
  /** Anew from all runs, splits included, whatever earlier versions hold. */
  fresh?: boolean | undefined;
  /** Of an addition, how many new examples it needs at least; 10. */
  least?: number | undefined;
  /** A file of tasks that are evaluated on: what is like them stays out, of this version and all that follow. */
  exclude?: string | undefined;
  /** Says what would be built; writes nothing and asks nobody. */
  dry_run?: boolean | undefined;
  signal?: AbortSignal | undefined;
  progress?: ((what: BuildPhase, done: number, total: number) => void) | undefined;
}

export type { BuildResult } from './outcome.ts';
export type BuildPhase = 'reading runs' | 'choosing' | 'pairing' | 'writing';

/**
 * Builds a version of a dataset. Where the name exists and the settings are the same, it adds what is new; with other settings
 * it selects anew and leaves every known task in its split; `fresh` draws the splits anew, too. Killed at any point, it leaves
 * nothing that is seen, and the next build of these runs gives what this one would have given.
 * @param pairs Preference pairs; without it those of the version that is added to stay and none are new.
 * @param open Opens the place of datasets; the configured one unless a failing one is tried out.
 * @throws KnowhowError `E7000`–`E7005`, `E7100`, `E7202`–`E7208`, `E7404`, `E7500`.
 */
export async function buildDataset(
  ctx: Context,
  options: BuildOptions,
  pairs: PairsOf = async () => undefined,
  open = openPlace,
): Promise<BuildResult> {
  const { name, dry_run = false, least = LEAST_NEW } = options;
  checkName(name);
  if (!Number.isSafeInteger(least) || least < 0)
    throw trainingError('E7500', 'least must be a whole number, not negative.');
  const build = () =>
    withPlace(
      ctx,
      async (place) => {
        if (!dry_run) await clearUnnamed(ctx, place, name);
        return inWorkroom(ctx, (room) => buildIn(ctx, place, room, { ...options, least }, pairs));
      },
      open,
    );
  return dry_run ? build() : alone(ctx.memory.exclusive, name, build);
}

async function buildIn(
  ctx: Context,
  place: Place,
  room: Workroom,
  options: BuildOptions & { least: number },
  pairsOf: PairsOf,
): Promise<BuildResult> {
  const { name, fresh = false, dry_run = false, signal, progress } = options;
  const parent = await newestOf(place, name);
  const settings = settingsOf(askedOf(options), parent);
  const adds = parent !== undefined && !fresh && sameSettings(parent.settings, settings);
  const { isExcluded, ...excluded } = await exclusionOf(place, parent, options.exclude);
  const decided = await decisions(ctx);
  const spool = await room.spool('examples');
  const earlier = parent
    ? await earlierOf(ctx, place, spool, parent, { adds, decided, isExcluded })
    : nothingEarlier();
  const collected = await collect(ctx, spool, {
    settings,
    seen: earlier.seen,
    isExcluded,
    signal,
    progress: (done, total) => progress?.('reading runs', done, total),
  });
  if (!adds && collected.counts.runs === 0) throw trainingError('E7003');

  collected.found = await replaced(earlier, collected.found, spool);
  const candidates = [...earlier.kept, ...collected.found];
  progress?.('choosing', 0, candidates.length);
  const { choices, sampled } = choose(candidates, settings, decided);
  const fixed = fresh ? new Map() : earlier.tasks;
  const taskOf = await taskOfRuns(ctx, candidates);
  const tasks = placed(candidates, choices, settings, { fixed, taskOf });
  const outcome = outcomeOf(collected, earlier, candidates, choices, sampled);
  if (adds) outcome.adds_to = parent.version;
  if (!adds && outcome.counts.selected === 0) throw trainingError('E7004');
  signal?.throwIfAborted();
  if (!dry_run) {
    const current = new Map(candidates.map(({ sketch }) => [sketch.item_id, sketch.id]));
    if (collected.found.length > 0) outcome.review.outdated = await withdrawOutdated(ctx, current);
    outcome.review.queued = await queue(ctx, name, spool, candidates, choices);
  }
  const { kept, accepted } = outcome.counts;
  if (kept + accepted === 0) throw trainingError('E7100', whyNone(outcome));
  if (adds && !excluded.isNew && kept === earlier.rows.size && accepted < options.least)
    return { ...outcome, reason: 'too_few_new', version: parent };

  const rows = rowsAmong(candidates, choices, tasks);
  progress?.('pairing', 0, rows.length);
  const paired = settings.pairs
    ? await pairRows(ctx, spool, {
        pairsOf,
        projects: settings.projects,
        included: new Set(rows.map(({ sketch }) => sketch.item_id)),
        refused: await refusedRuns(ctx, collected.excluded),
        tasks,
        fixed,
        taskOf,
        touched: collected.touched,
        earlier: earlier.pairs,
        signal,
      })
    : { rows: [], left_out: {} };
  outcome.counts.pairs = paired.rows.length;
  Object.assign(outcome.left_out, paired.left_out);
  const { version, staged } = await asVersion(room, spool, {
    name,
    parent,
    settings,
    rows,
    pairs: paired.rows,
    seen: new Map([...earlier.seen, ...collected.seen]),
    tasks: new Map([...fixed, ...tasks]),
    excluded: excluded.texts,
    earlier: earlier.rows,
    sameSettings: parent !== undefined && sameSettings(parent.settings, settings),
    left_out: outcome.left_out,
    now: ctx.now(),
    signal,
    progress: (done, total) => progress?.('writing', done, total),
  });
  if (version.content_hash === parent?.content_hash)
    return { ...outcome, reason: 'same_content', version: parent };
  if (dry_run) return { ...outcome, version };
  signal?.throwIfAborted();
  const gone = await goneRuns(ctx);
  if (candidates.some(({ sketch: { item_id }, quotes }) => [item_id, ...quotes].some(gone.has)))
    throw trainingError('E7005');
  const other = await written(place, version, staged);
  return other
    ? { ...outcome, reason: 'same_content', version: other }
    : { ...outcome, built: true, reason: 'built', version };
}

/**
 * Writes the version. @returns what another build wrote meanwhile, where that is the same. @throws KnowhowError `E7203` where it
 * is not: this one does not build on it.
 */
async function written(
  place: Place,
  version: DatasetVersion,
  staged: Staged[],
): Promise<DatasetVersion | undefined> {
  const { name, parent, content_hash } = version;
  const isNewest = (newest: DatasetVersion | undefined) => newest?.version === parent?.version;
  if (isNewest(await newestOf(place, name)) && (await commit(place, version, staged))) return undefined;
  const newest = await newestOf(place, name);
  if (newest?.content_hash === content_hash) return newest;
  throw trainingError('E7203');
}

async function newestOf(place: Place, name: string): Promise<DatasetVersion | undefined> {
  const newest = (await versionsOf(place, name)).at(-1);
  return newest === undefined ? undefined : readManifest(place, name, newest);
}

/** Runs that make no pair either: a person kept them out, or their task is evaluated on. */
async function refusedRuns(
  { memory: { example_reviews } }: Context,
  excluded: ReadonlySet<string>,
): Promise<Set<string>> {
  const refused = new Set(excluded);
  const ids = await example_reviews.ids({ where: { state: 'rejected' } });
  for (let at = 0; at < ids.length; at += QUEUED_AT_ONCE)
    for (const { item_id } of await example_reviews.getMany(ids.slice(at, at + QUEUED_AT_ONCE)))
      refused.add(item_id);
  return refused;
}

const QUEUED_AT_ONCE = 200;

async function queue(
  ctx: Context,
  name: string,
  spool: Spool,
  candidates: Quoting[],
  choices: Choice[],
): Promise<number> {
  const waiting = candidates.flatMap(({ slot }, nth) => {
    const { fate, judgement } = choices[nth] as Choice;
    return fate === 'waiting' ? [{ slot, judgement }] : [];
  });
  let queued = 0;
  for (let at = 0; at < waiting.length; at += QUEUED_AT_ONCE) {
    const page = [];
    for (const { slot, judgement } of waiting.slice(at, at + QUEUED_AT_ONCE))
      page.push({ example: JSON.parse(await spool.read(slot)) as TrainingExample, judgement });
    queued += (await queueReviews(ctx, name, page)).queued;
  }
  return queued;
}

function whyNone({ counts }: BuildResult): string {
  const { waiting, rejected, left_out } = counts;
  return `${waiting} wait for review, ${rejected} were rejected, ${left_out} were left out.`;
}

const ASKED = Object.keys(DEFAULT_SETTINGS) as (keyof DatasetSettings)[];
const askedOf = (options: AskedSettings): AskedSettings =>
  Object.fromEntries(ASKED.map((key) => [key, options[key]]));
