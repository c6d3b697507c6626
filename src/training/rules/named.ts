/** The data rules by name: what `--help` and the docs say of each, and what is told to whoever asks for another. */
import { ITEM_SOURCES, ITEM_STATUSES } from '../../types.ts';
import { trainingError } from '../codes.ts';

/** Rejected attempts that make a refinement worth most, and days that are recent, where nobody says otherwise (seed 004). */
export const RETRIES = 3;
export const RECENT_DAYS = 30;

export const NAMED_RULES: { name: string; means: string }[] = [
  { name: 'refinement', means: 'accepted after at least one rejected attempt' },
  { name: 'all', means: 'every accepted run' },
  { name: 'generator', means: 'accepted and made by a model' },
  { name: 'human', means: 'accepted and made by a person' },
  { name: 'high_value:N', means: `a refinement with at least N rejected attempts before it (${RETRIES})` },
  { name: 'recent:DAYS', means: `accepted and not begun longer ago than DAYS days (${RECENT_DAYS})` },
  { name: 'status:A,B', means: `one of ${ITEM_STATUSES.join(', ')}` },
  { name: 'source:A,B', means: `one of ${ITEM_SOURCES.join(', ')}` },
  { name: 'action_pair:A,B', means: 'of one of these action pairs' },
  { name: 'workflow:A,B', means: 'of one of these workflows' },
  { name: 'domain:A,B', means: 'of one of these domains, as the task names it' },
  { name: 'since:TIME', means: 'begun at or after TIME: a day, UTC, or a time with its zone' },
  { name: 'until:TIME', means: 'begun before TIME, or on that day' },
  { name: 'time:FROM..TO', means: 'both' },
];

/** Put together with `and`, `or`, `not` and parentheses. @throws KnowhowError E7001, always. */
export function unknownRule(name: string): never {
  const told = /^[\w-]{1,40}$/u.test(name) ? ` "${name}"` : '';
  const names = NAMED_RULES.map((rule) => rule.name).join(', ');
  throw trainingError(
    'E7001',
    `There is no rule${told}; there is ${names}, with and, or, not and parentheses.`,
  );
}
