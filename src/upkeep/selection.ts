/** Which runs are meant: by id, session, source or time. */
import { isAbsolute, resolve, sep } from 'node:path';
import type { Context } from '../context.ts';
import { callerError } from '../errors.ts';
import type { Trajectory } from '../types.ts';
import { timeOf } from './lineage.ts';
import { eachRecord, findRecords, type TableName } from './records.ts';

/** All that is given must hold. */
export interface Which {
  /** Ids of records of any kind. */
  ids?: string[];
  session?: string;
  /** Where runs came from: the path of a transcript or of a folder of them, or the name of an agent. */
  source?: string;
  project?: string;
  /** When the run took place (else when it was stored): before this time, and at or after that. */
  before?: string;
  after?: string;
  /** Everything, as far as nothing else narrows it. */
  all?: boolean;
}

/** What has to be known of a run in order to take it away. */
export interface RunRef {
  id: string;
  project: string;
  retrieval_id: string | undefined;
}

export interface Selected {
  runs: RunRef[];
  /** Records asked for by id that are no runs. */
  others: { table: TableName; id: string }[];
  /** Ids that nothing has. */
  unknown: string[];
}

/** @throws KnowhowError `bad_argument` when nothing is said, or a time is none. */
export async function select(ctx: Context, which: Which): Promise<Selected> {
  const { ids, session, project } = which;
  const said = [ids, session, which.source, project, which.before, which.after];
  if ((!which.all && said.every((each) => each === undefined)) || ids?.length === 0) {
    throw callerError(
      'bad_argument',
      'Nothing was said to choose by.',
      'Give ids, a session, a source, a project or a time.',
    );
  }
  const fits = fitting(which);
  const { trajectories, retrievals } = ctx.memory;
  const runs: RunRef[] = [];
  for await (const run of eachRecord(trajectories, { session, project, id: ids }))
    if (fits(run)) runs.push(refOf(run));
  const others: Selected['others'] = [];
  if (ids) {
    const found = await findRecords(ctx.memory, ids);
    for (const [id, { table }] of found) if (table !== 'trajectories') others.push({ table, id });
    return { runs, others, unknown: ids.filter((id) => !found.has(id)) };
  }
  // What was asked in that time, or from that project, goes with its runs; a question tells of no session.
  if (session === undefined && which.source === undefined) {
    for await (const asked of eachRecord(retrievals, { project })) {
      if (isWithin(asked.at, which)) others.push({ table: 'retrievals', id: asked.id });
    }
  }
  return { runs, others, unknown: [] };
}

export const refOf = ({ id, project, retrieval_id }: Trajectory): RunRef => ({ id, project, retrieval_id });

function fitting(which: Which): (run: Trajectory) => boolean {
  for (const time of [which.before, which.after]) {
    if (time !== undefined && Number.isNaN(Date.parse(time)))
      throw callerError(
        'bad_argument',
        'A time cannot be read.',
        'Write it as 2026-01-31 or 2026-01-31T12:00:00Z.',
      );
  }
  const { source } = which;
  const below = source === undefined ? '' : resolve(source) + sep;
  return (run) =>
    isWithin(timeOf(run), which) &&
    (source === undefined ||
      run.source === source ||
      run.agent === source ||
      (run.source !== undefined && isAbsolute(run.source) && `${run.source}${sep}`.startsWith(below)));
}

const isWithin = (time: string, { before, after }: Which): boolean =>
  (before === undefined || Date.parse(time) < Date.parse(before)) &&
  (after === undefined || Date.parse(time) >= Date.parse(after));
