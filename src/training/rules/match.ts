/** Whether a data rule selects an item (definitions 17, 18, 21 and 22 of seed 004). */
import type { DataRule, ItemStatus } from '../../types.ts';
import type { Item } from '../provenance/items.ts';
import { endOf, startOf } from './time.ts';

const DAY = 86_400_000;

/**
 * Whether a rule takes an item in: it matches, and what is pending or superseded is named by its status. A rule of single facts,
 * or of what something is not, would else bring in what nobody judged, and answers that others took the place of.
 */
export const selects = (rule: DataRule, item: Item, now: Date): boolean =>
  matches(rule, item, now) && (SETTLED.has(item.status) || names(rule, item.status));

const SETTLED = new Set<ItemStatus>(['accepted', 'rejected']);

function names(rule: DataRule, status: ItemStatus): boolean {
  if (rule.rule === 'and' || rule.rule === 'or') return rule.of.some((part) => names(part, status));
  if (rule.rule === 'not') return names(rule.of, status);
  return rule.rule === 'status' && rule.is.includes(status);
}

/** Whether what a rule says holds of an item, in plain logic. `now` is what `recent` counts back from. */
export function matches(rule: DataRule, item: Item, now: Date): boolean {
  switch (rule.rule) {
    case 'all':
      return item.status === 'accepted';
    case 'refinement':
      return isRefinement(item);
    case 'high_value':
      return isRefinement(item) && item.retry_count >= rule.retries;
    case 'generator':
      return item.status === 'accepted' && item.source === 'generated';
    case 'human':
      return item.status === 'accepted' && item.source === 'human';
    case 'recent':
      return item.status === 'accepted' && Date.parse(item.began) >= now.getTime() - rule.days * DAY;
    case 'status':
      return rule.is.includes(item.status);
    case 'source':
      return rule.is.includes(item.source);
    case 'action_pair':
    case 'workflow':
      return rule.is.includes(item[rule.rule] ?? '');
    case 'domain':
      return rule.is.some((domain) => domain.toLowerCase() === item.domain.toLowerCase());
    case 'time':
      return isWithin(item.began, rule.from, rule.to);
    case 'and':
      return rule.of.every((part) => matches(part, item, now));
    case 'or':
      return rule.of.some((part) => matches(part, item, now));
    case 'not':
      return !matches(rule.of, item, now);
  }
}

/** Accepted after at least one attempt that was refused; that it is the second attempt alone says nothing. */
const isRefinement = ({ status, retry_count }: Item): boolean => status === 'accepted' && retry_count > 0;

function isWithin(began: string, from: string | undefined, to: string | undefined): boolean {
  const at = Date.parse(began);
  return (from === undefined || at >= startOf(from)) && (to === undefined || at < endOf(to));
}
