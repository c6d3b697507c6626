/** A task in short: what it is about, and nothing in it that gives a model orders. */
import { isInstructionLike, LEFT_OUT } from '../../learners/instructions.ts';
import { shorten } from './acts.ts';

const LOOKED_FURTHER = 200;

/** The first sentences of a task, enough of them to say what it is about ("Hi!" is not). */
export function gist(text: string): string {
  let said = '';
  for (const sentence of text.trim().split(/(?<=[.!?:])\s+|\n+/u)) {
    said = `${said} ${sentence}`.trim();
    if (said.length >= 50) break;
  }
  return said;
}

/** A task in short, LEFT_OUT when it gives a model orders. Looked at a little further than told: a cut hides the rest. */
export function taskInShort(description: string, longest: number): string {
  const told = gist(description);
  const looked = Math.min(told.length, longest) + LOOKED_FURTHER;
  return isInstructionLike(description.trim().slice(0, looked)) ? LEFT_OUT : shorten(told, longest);
}
