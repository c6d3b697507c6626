/**
 * What was shown in a session: one small file a record, made by whoever shows it, so that of two hooks at once only one
 * does. What was shown is credited with how the session ended. Where some sessions are shown nothing, to compare with, one
 * more file says which arm this one is in; what it would have been shown is noted all the same.
 */
import { readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../capture/hooks/calls.ts';
import { contentId } from '../learners/content-id.ts';
import type { Arm } from '../types/facts.ts';
import { keyOf, makeFolder, namesIn } from './spool.ts';

const foldersOf = (place: string): string => join(place, 'sessions');
const folderOf = (place: string, host: Host, session: string): string =>
  join(foldersOf(place), keyOf(host, session));

const RECORD_ID = /^[a-z]{2,12}_[0-9a-f]{1,64}$/u;

/**
 * Of the records, those that were not shown in the session yet, in order; they count as shown from now on.
 * @param tokens what showing all of them costs, about. @throws the file system's error.
 */
export function claim(place: string, host: Host, session: string, ids: string[], tokens = 0): string[] {
  if (ids.length === 0) return [];
  const folder = folderOf(place, host, session);
  makeFolder(folder);
  const each = Math.ceil(tokens / ids.length);
  return ids.filter((id, nth) => RECORD_ID.test(id) && isFirst(join(folder, id), `${nth} ${each}`));
}

/** Writes a file that nobody wrote yet. @throws the file system's error. */
function isFirst(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes claims back: what was claimed was not shown after all. */
export function unclaim(place: string, host: Host, session: string, ids: string[]): void {
  for (const id of ids.filter((each) => RECORD_ID.test(each)))
    unlinkSync(join(folderOf(place, host, session), id));
}

/** Records that were shown in the session already. */
export const shownIn = (place: string, host: Host, session: string): Set<string> =>
  new Set(namesIn(folderOf(place, host, session)).filter((name) => RECORD_ID.test(name)));

/** Which arm a session is in, and the share that was held out when it was drawn. */
export interface SessionArm {
  arm: Arm;
  holdout: number;
}

const ARM = 'arm';

/**
 * The arm that was drawn for the session; undefined where none was; 'unclear' where what is noted cannot be read: another
 * hook may be about to write it.
 */
export function armIn(place: string, host: Host, session: string): SessionArm | 'unclear' | undefined {
  let text: string;
  try {
    text = readFileSync(join(folderOf(place, host, session), ARM), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unclear';
  }
  const [, arm, share] = /^(shown|withheld) ([0-9.e-]{1,30})\n$/u.exec(text) ?? [];
  const holdout = Number(share);
  return arm !== undefined && holdout >= 0 && holdout <= 1 ? { arm: arm as Arm, holdout } : 'unclear';
}

/**
 * The session's arm, drawn now unless it was before: of two hooks at once the first decides, and a setting that changes later
 * changes nothing. A session that was shown something before there was a hold-out is in no arm. @throws the file system's error.
 */
export function drawArm(
  place: string,
  host: Host,
  session: string,
  { arm, holdout }: SessionArm,
): SessionArm | 'unclear' | undefined {
  const before = armIn(place, host, session);
  if (before !== undefined || shownIn(place, host, session).size > 0) return before;
  const folder = folderOf(place, host, session);
  makeFolder(folder);
  return isFirst(join(folder, ARM), `${arm} ${holdout}\n`) ? { arm, holdout } : armIn(place, host, session);
}

export interface Shown {
  /** The retrieval that stands for all that hooks showed in the session. */
  id: string;
  /** When the first of it was shown. */
  at: Date;
  /** In the order shown, by kind. */
  records: string[];
  /** Those that came together, before all others; absent where all did. */
  at_first?: string[];
  /** Where the session's arm was drawn: withheld, the records would have been shown. */
  drawn?: SessionArm;
  /** What showing them cost, or would have cost, about; absent where that was not noted. */
  tokens?: number;
}

/** What was shown in the session, or would have been; undefined for nothing. */
export function shownOf(place: string, host: Host, session: string): Shown | undefined {
  const folder = folderOf(place, host, session);
  const drawn = armIn(place, host, session);
  const claims = [...shownIn(place, host, session)].map((id) => claimIn(folder, id));
  // Without its arm it is not known whether any of it was shown.
  if (claims.length === 0 || drawn === 'unclear') return undefined;
  const tokens = claims.reduce((sum, each) => sum + each.tokens, 0);
  const at_first = firstOf(claims).map(({ id }) => id);
  return {
    id: contentId('ret', ['hooks', host, session]),
    at: new Date(Math.min(...claims.map(({ at }) => at))),
    records: claims.sort(inOrder).map(({ id }) => id),
    ...(at_first.length === claims.length ? {} : { at_first }),
    ...(drawn === undefined ? {} : { drawn }),
    ...(tokens === 0 ? {} : { tokens }),
  };
}

interface Claim {
  id: string;
  at: number;
  nth: number;
  tokens: number;
}

function claimIn(folder: string, id: string): Claim {
  const path = join(folder, id);
  const [, nth = '0', tokens = '0'] = /^(\d{1,4}) (\d{1,6})$/u.exec(readFileSync(path, 'utf8')) ?? [];
  return { id, at: statSync(path).mtimeMs, nth: Number(nth), tokens: Number(tokens) };
}

/** What one hook claimed is numbered from 0 on; the next 0 is another hook's. */
function firstOf(claims: Claim[]): Claim[] {
  const inTime = claims.toSorted((a, b) => a.at - b.at || a.nth - b.nth);
  const next = inTime.findIndex(({ nth }, i) => i > 0 && nth === 0);
  return next === -1 ? inTime : inTime.slice(0, next);
}

const kindOf = ({ id }: Claim): string => id.slice(0, id.indexOf('_'));
const inOrder = (a: Claim, b: Claim): number =>
  compared(kindOf(a), kindOf(b)) || a.at - b.at || a.nth - b.nth || compared(a.id, b.id);
const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Removes what was shown in sessions that nobody goes on with. */
export function clearSessions(place: string, before: number): void {
  for (const name of namesIn(foldersOf(place))) {
    const folder = join(foldersOf(place), name);
    if ((statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < before)
      rmSync(folder, { recursive: true, force: true });
  }
}
