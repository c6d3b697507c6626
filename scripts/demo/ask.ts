/** Asks the server as an agent would at the start of a task that was never recorded, and when it meets its error. */
import type { z } from 'zod';
import type { matchErrorTool, retrieveStrategiesTool } from '../../src/tools/retrieve.ts';
import { type HeldOut, heldOut } from '../samples/held-out.ts';
import type { Session } from './session.ts';

export interface Asked extends HeldOut {
  found: z.output<typeof retrieveStrategiesTool.output>;
  foundMs: number;
  matches: z.output<typeof matchErrorTool.output>['matches'];
  matchedMs: number;
}

export interface Answered extends Asked {
  /** The first error pattern, read as a resource. */
  page: { uri: string; text: string };
}

/** A task from another world: an honest memory has nothing to say about it. */
const FOREIGN: HeldOut = {
  task: {
    description: 'Write a toast for the wedding of my oldest friend, two minutes, not too sentimental',
  },
  error: 'The caterer cancelled',
  project: 'wedding',
};

/** The first with everything an agent would look at; the others only asked. @throws Error when the first finds nothing. */
export async function askAll(session: Session): Promise<[Answered, ...Asked[]]> {
  const [main, ...others] = heldOut;
  if (!main) throw new Error('There is no held-out task to ask about.');
  const asked = await ask(session, main);
  const [pattern] = asked.matches;
  if (!asked.found.known || asked.found.strategies.length === 0) {
    throw new Error('Nothing was found for a task of the kind that was recorded.');
  }
  if (!pattern) throw new Error('The error of that task matched no error pattern.');
  const uri = `knowhow://error-patterns/${pattern.id}`;
  const text = await session.read(uri);
  if (text.trim() === '') throw new Error(`The resource ${uri} is empty.`);
  const rest: Asked[] = [];
  for (const each of [...others, FOREIGN]) rest.push(await ask(session, each));
  return [{ ...asked, page: { uri, text } }, ...rest];
}

async function ask(session: Session, { task, error, project }: HeldOut): Promise<Asked> {
  const [found, foundMs] = await timed(() =>
    session.call<Asked['found']>('retrieve_strategies', { task: task.description, project }),
  );
  const [{ matches }, matchedMs] = await timed(() =>
    session.call<{ matches: Asked['matches'] }>('match_error', { error, project }),
  );
  return { task, error, project, found, foundMs, matches, matchedMs };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  return [await work(), performance.now() - started];
}
