/** What kind of task it is and how hard: from what was asked and how often it was tried, never from how good an answer is. */
import { isInstructionLike } from '../../learners/instructions.ts';
import { cleanText } from '../../text.ts';
import type { Task } from '../../types.ts';

const LOOKED_AT = 4_000;
const LONGEST_HINT = 60;

/** Whole words; plurals and forms are named, since `plan` must not be found in "explanation", nor `data` in "update". */
const DOMAINS: [domain: string, words: RegExp][] = [
  [
    'travel',
    /\b(?:travel(?:ling|ing)?|flights?|hotels?|airlines?|airports?|itinerar(?:y|ies)|trips?|passengers?|reservations?|baggage)\b/giu,
  ],
  [
    'coding',
    /\b(?:cod(?:e|ing)|functions?|class(?:es)?|bugs?|refactor(?:ing)?|repositor(?:y|ies)|compil(?:e|er|es|ing)|python|javascript|typescript|java|rust|golang|bash|scripts?|api|apis|unit tests?|tests? pass|git|commits?|pull requests?|npm|pip|docker|stack trace|exceptions?|files?|director(?:y|ies)|shell|terminal|linux|command[ -]line|implement(?:s|ed|ing|ation)?)\b/giu,
  ],
  [
    'qa',
    /\b(?:questions?|who|whom|whose|which|when (?:was|were|did|is|does)|where (?:was|were|did|is|does)|what (?:is|are|was|were|does|did)|how (?:many|much|old|long)|fact check|claims?)\b/giu,
  ],
  [
    'planning',
    /\b(?:plans?|planned|planning|schedul(?:e|es|ing|ed)|roadmaps?|milestones?|prioriti[sz]e)\b/giu,
  ],
  [
    'data',
    /\b(?:data|datasets?|csv|parquet|sql|quer(?:y|ies)|databases?|tables?|columns?|rows?|pandas|dataframes?|spreadsheets?|statistics)\b/giu,
  ],
  ['shopping', /\b(?:buy|purchase|price lower than|shopping|cart|checkout)\b/giu],
];

const NO_DOMAIN = 'general';

/**
 * The domain that the task names, whatever its text says; else the one of whose words the text holds most different ones, of
 * equals the first; `general` where it holds none.
 */
export function domainOf({ description, domain = '' }: Pick<Task, 'description' | 'domain'>): string {
  const hint = cleanText(domain.slice(0, 4 * LONGEST_HINT))
    .trim()
    .replace(/\s+/gu, ' ')
    .slice(0, LONGEST_HINT)
    .toLowerCase();
  if (hint !== '' && !isInstructionLike(hint)) return hint;
  const text = description.slice(0, LOOKED_AT);
  let best: [domain: string, words: number] = [NO_DOMAIN, 0];
  for (const [name, words] of DOMAINS) {
    const found = new Set([...text.matchAll(words)].map(([word]) => word.toLowerCase())).size;
    if (found > best[1]) best = [name, found];
  }
  return best[0];
}

/**
 * 0..1, higher is harder: 0.7 · (1 − p) + 0.3 · r / (r + 1). p is the share of judged attempts at the task that were accepted,
 * smoothed as if one more had been accepted and one more refused; r counts the attempts that were rejected before this one.
 * The seed put the quality of the answer in, so that a bad answer made its task hard.
 */
export function difficultyOf(pass: { tried: number; accepted: number }, retries: number): number {
  const share = (pass.accepted + 1) / (pass.tried + 2);
  return Math.min(1, Math.max(0, 0.7 * (1 - share) + (0.3 * retries) / (retries + 1)));
}
