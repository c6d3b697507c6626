/** Data rules in words: what parseRule reads. */
import type { DataRule } from '../../types.ts';

/** The shortest form that parseRule reads as the same rule; JSON where words have none. */
export function ruleText(rule: DataRule): string {
  return inWords(rule, 'or') ?? JSON.stringify(rule);
}

/** Binds tighter from left to right. */
const BINDING = ['or', 'and', 'not'] as const;

/** `inside`: what it must bind at least as tightly as to stand without parentheses. */
function inWords(rule: DataRule, inside: (typeof BINDING)[number]): string | undefined {
  switch (rule.rule) {
    case 'and':
    case 'or': {
      // One alone reads as itself, so there are no words for it.
      if (rule.of.length < 2) return undefined;
      const tighter = rule.rule === 'or' ? 'and' : 'not';
      const parts = rule.of.map((part) => inWords(part, tighter));
      if (parts.includes(undefined)) return undefined;
      const text = parts.join(` ${rule.rule} `);
      return BINDING.indexOf(rule.rule) < BINDING.indexOf(inside) ? `(${text})` : text;
    }
    case 'not': {
      const of = inWords(rule.of, 'not');
      return of === undefined ? undefined : `not ${of}`;
    }
    case 'high_value':
      return `high_value:${rule.retries}`;
    case 'recent':
      return `recent:${rule.days}`;
    case 'status':
    case 'source':
    case 'action_pair':
    case 'workflow':
    case 'domain':
      return `${rule.rule}:${rule.is.map(quoted).join(',')}`;
    case 'time':
      if (rule.to === undefined) return `since:${rule.from}`;
      return rule.from === undefined ? `until:${rule.to}` : `time:${rule.from}..${rule.to}`;
    default:
      return rule.rule;
  }
}

/** What a value may be made of to stand without quotation marks. */
export const PLAIN = '\\p{L}\\p{N}_.\\-/@+#=';
const PLAIN_VALUE = new RegExp(`^[${PLAIN}]+$`, 'u');

const quoted = (value: string): string => (PLAIN_VALUE.test(value) ? value : JSON.stringify(value));
