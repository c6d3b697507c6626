/**
 * `knowhow hook`: what a host calls at its events, with JSON on stdin. A host waits for it, so it answers in a fraction of
 * a second whatever happens: nothing that can wait is done here, nothing is loaded that is not needed, and no failure is
 * ever the host's. Without an answer within the deadline there is none.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { callOf, contextAnswer, type HookCall, isHost } from '../capture/hooks/calls.ts';
import {
  allowedTranscript,
  folderName,
  isOptedOut,
  isWanted,
  transcriptFolders,
} from '../capture/hooks/folders.ts';
import { type Glance, glance } from '../config/glance.ts';
import { faultOf, openHookLog } from '../ingest/hook-log.ts';
import { type Job, leaveJob } from '../ingest/spool.ts';
import { type HookFlags, hookFlags, startWorker } from './hook-worker.ts';

/** After as long since the process began, nothing is added. */
const DEADLINE_MS = 250;
/** Begun later than this, a search might not be over by then. */
const LAST_CALL_MS = 190;
/** A host that says nothing, or never comes to an end, is not waited for. */
const LISTEN_MS = 150;
/** Even where starting took long already: what a host says comes at once. */
const LISTEN_AT_LEAST_MS = 60;
/** Nothing is waited for longer. */
const LONGEST_MS = 1_000;
const MOST_CHARS = 4_000_000;
/** Most records that one hook tells of. */
const MOST_LINES = 3;

const elapsed = (): number => performance.now();

/** Runs the hook and ends the process, always with exit code 0. */
export async function runHook(args: string[]): Promise<never> {
  process.removeAllListeners('warning');
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, () => process.exit(0));
  const flags = hookFlags(args);
  try {
    if (flags.work) {
      const { runWorker } = await import('./hook-worker.ts');
      await runWorker(flags);
    } else if (isHost(flags.host) && !process.stdin.isTTY) {
      const { text, bytes, ended } = await heard(process.stdin, elapsed());
      const said = parsed(text);
      if (said === undefined && (bytes > 0 || !ended))
        note(flags, ended ? 'input is no JSON, or too much' : 'input cut off', { host: flags.host, bytes });
      const call = callOf(flags.host, said);
      const answer = call && (await answerTo(call, flags));
      if (answer) await new Promise((resolve) => process.stdout.write(answer, resolve));
    }
  } catch (error) {
    note(flags, 'hook failed', { fault: faultOf(error) });
  }
  process.exit(0);
}

/** Says what went wrong where that can be said. */
function note(flags: HookFlags, what: string, facts: Record<string, string | number>): void {
  try {
    openHookLog(glance(flags).place, () => new Date())(what, facts);
  } catch {
    // The configuration cannot be read; `knowhow capture` says so.
  }
}

export interface Heard {
  text: string;
  bytes: number;
  /** The host came to an end. */
  ended: boolean;
}

/** On a busy machine not even what was written at once is there at once: as long as starting took is waited again. */
const listenFor = (started: number): number =>
  Math.max(LISTEN_AT_LEAST_MS, LISTEN_MS - started, Math.min(started, LONGEST_MS));

/**
 * What the host says, as far as it has come when it ends or is not waited for any longer. Too much is not kept.
 * Of what came in part the rest is waited for, unless the host waits for an answer. @param started how long starting took, in ms.
 */
export function heard(stdin: NodeJS.ReadableStream, started: number): Promise<Heard> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let isLate = false;
  const text = () => (bytes > MOST_CHARS ? '' : Buffer.concat(pieces).toString('utf8'));
  return new Promise((resolve) => {
    const end = (ended: boolean) => resolve({ text: text(), bytes, ended });
    const isWhole = () => pieces.at(-1)?.toString('latin1').trimEnd().endsWith('}') && parsed(text());
    const endOrWait = () => {
      isLate = true;
      if (bytes === 0 || isWhole() || ADDS.test(text())) end(false);
      else setTimeout(() => end(false), LONGEST_MS);
    };
    // Timers come before what has been read: that is looked at first.
    setTimeout(() => setImmediate(endOrWait), listenFor(started));
    stdin.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= MOST_CHARS) pieces.push(piece);
      if (isLate && isWhole()) end(false);
    });
    stdin.once('end', () => end(true)).once('error', () => end(true));
  });
}

/** The host is about to go on, and does not while something may be added. */
const ADDS = /"hook_event_name"\s{0,9}:\s{0,9}"(?:UserPromptSubmit|BeforeAgent|PostToolUse|AfterTool)/u;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/u, ''));
  } catch {
    return undefined;
  }
}

/** Does what a call is for. @returns what the host is to read, '' for nothing. */
async function answerTo(
  call: HookCall,
  flags: Pick<HookFlags, 'data' | 'project' | 'holdout'>,
): Promise<string> {
  const known = glance(flags);
  const { place, capture } = known;
  const log = openHookLog(place, () => new Date());
  if (known.holdout_refused) log('holdout is no share from 0 to 1: nothing is held out', { host: call.host });
  try {
    if (!capture.enabled || existsSync(join(place, 'off'))) {
      const { markSkipped } = await import('../ingest/skipped.ts');
      for (const transcript of call.transcripts) markSkipped(place, call.host, transcript);
      return '';
    }
    const home = homedir();
    if (!isWanted(call.cwd, capture, home) || (call.cwd !== undefined && isOptedOut(call.cwd, home)))
      return '';
    if (call.occasion === 'prompt' || call.occasion === 'failure')
      return capture.context ? await knownFor(call, known) : '';
    if (leaveJobs(call, known)) await startWorker(flags, place);
  } catch (error) {
    log('hook failed', { host: call.host, event: call.event, fault: faultOf(error) });
  }
  return '';
}

/** Leaves what the worker is to do. @returns whether there is anything. */
function leaveJobs(call: HookCall, { place, homes, project }: Glance): boolean {
  const { host, session, cwd, event, occasion } = call;
  const folders = transcriptFolders(host, homes[host]);
  const at = Date.now();
  const ended = occasion === 'end';
  const job = { host, session, folders, cwd, project, event, at, first: at, ended, attempts: 0 };
  const jobs: Job[] = call.transcripts.flatMap((given) => {
    const found = allowedTranscript(given, folders);
    return found ? [{ ...job, kind: 'transcript', path: found.path }] : [];
  });
  if (occasion === 'start') leaveJob(place, { ...job, kind: 'sweep', path: '' });
  else for (const each of jobs) leaveJob(place, each);
  return occasion === 'start' || jobs.length > 0;
}

/** What is known, in time or not at all. */
async function knownFor(call: HookCall, known: Glance): Promise<string> {
  if (elapsed() > LAST_CALL_MS) return '';
  setTimeout(() => process.exit(0), DEADLINE_MS - elapsed());
  return toldTo(call, known, () => elapsed() > DEADLINE_MS);
}

/**
 * What is known that fits and was not shown in the session yet, as the host's answer; '' where the session is held out, or
 * time is over.
 */
export async function toldTo(
  call: HookCall,
  { place, capture, project, holdout }: Pick<Glance, 'place' | 'capture' | 'project' | 'holdout'>,
  isOver: () => boolean,
): Promise<string> {
  const text = call.unsure ? await errorsIn(call.text) : call.text;
  if (text === '') return '';
  const asked = { text, project: project ?? folderName(call.cwd) ?? 'default', now: new Date() };
  // Whether or not anything is known: the first thing that is said decides.
  if (holdout > 0) {
    const { drawFor } = await import('./hook-arm.ts');
    drawFor(place, call, asked, holdout);
  }
  const { adviceFor, fixesFor } = await import('../ingest/hints.ts');
  const isPrompt = call.occasion === 'prompt';
  const found = isPrompt ? await adviceFor(place, asked, MOST_LINES) : await fixesFor(place, asked, 1);
  if (found.length === 0) return '';
  const [{ contextOf }, { fixLine, strategyLine }, { armIn, claim, shownIn, unclaim }] = await Promise.all([
    import('./hook-text.ts'),
    import('../ingest/hint-lines.ts'),
    import('../ingest/sessions.ts'),
  ]);
  const before = shownIn(place, call.host, call.session);
  const lines = found
    .map((each) => ('pattern' in each ? fixLine(each) : strategyLine(each)))
    .filter(({ id }) => !before.has(id));
  const { text: context, ids, tokens } = contextOf(lines, capture.context_tokens);
  const drawn = armIn(place, call.host, call.session);
  if (ids.length === 0 || drawn === 'unclear' || isOver()) return '';
  // All or nothing: another hook of the session may be about to show some of it.
  const claimed = claim(place, call.host, call.session, ids, tokens);
  if (claimed.length === ids.length) return drawn?.arm === 'withheld' ? '' : contextAnswer(call, context);
  unclaim(place, call.host, call.session, claimed);
  return '';
}

/** A line of a stack trace, as JavaScript engines print it. */
const STACK = /^ {2,8}at \S.{0,400}:\d+:\d+\)?$/mu;

/** The errors in a text that may be none: most calls of tools go well, and end here. */
async function errorsIn(text: string): Promise<string> {
  const { messagesOf, ownErrors } = await import('../learners/error-lines.ts');
  const own = ownErrors(text);
  return (own.length === 0 && STACK.test(text) ? messagesOf(text) : own).join('\n');
}
