/** Whether an outcome contradicts itself. Pure. */
import type { Outcome } from '../types/run.ts';

/** A verdict's detail is somebody's text: as much of its start and end as says how it ended. */
const LOOKED_AT = 500;
const EXIT_CODE = /\bexit(?:ed with)? (?:code|status)[ :=]{0,3}(\d{1,6})(?!\d)/giu;
const SAYS_FAILED =
  /^\s*(?:failed|fail|not ok|rejected)\b|^\s*(?:failure|error)\s*(?:$|[:;,.])|(?<![\d.])[1-9]\d{0,6} (?:tests? )?(?:failed|failures?|failing)\b|\b(?:reward|score)[ :=]{1,3}0(?:\.0{1,6})?(?![\d.])/iu;
const SAYS_PASSED = /^\s*(?:passed|pass|ok|success|succeeded|all tests pass(?:ed)?)\b/iu;

/** What a detail says: an exit code, the last one named, goes before words, which may be the command's own. */
function said(detail: string): 'passed' | 'failed' | undefined {
  const text =
    detail.length > 2 * LOOKED_AT ? `${detail.slice(0, LOOKED_AT)}\n${detail.slice(-LOOKED_AT)}` : detail;
  const code = [...text.matchAll(EXIT_CODE)].at(-1)?.[1];
  if (code !== undefined) return Number(code) === 0 ? 'passed' : 'failed';
  if (SAYS_FAILED.test(text)) return 'failed';
  return SAYS_PASSED.test(text) ? 'passed' : undefined;
}

/** Why nobody can say how the run ended, though somebody did; undefined where nothing contradicts. */
export function contradictionIn({ success, score, verdict }: Outcome): string | undefined {
  if (success === null) return undefined;
  if (success && score === 0) return 'it is called a success and scored 0';
  if (!success && score === 1) return 'it is called a failure and scored 1';
  const detail = said(verdict?.detail ?? '');
  if (success && detail === 'failed') return 'it is called a success and its verdict says that it failed';
  if (!success && detail === 'passed') return 'it is called a failure and its verdict says that it passed';
  return undefined;
}
