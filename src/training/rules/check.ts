/** Data rules as they come from outside, as JSON: known, whole, and no deeper or larger than anybody writes. */
import { z } from 'zod';
import { type DataRule, ITEM_SOURCES, ITEM_STATUSES } from '../../types.ts';
import { trainingError } from '../codes.ts';
import { unknownRule } from './named.ts';
import { endOf, isTime, startOf } from './time.ts';

export const MOST_DEPTH = 32;
export const MOST_PARTS = 500;
const MOST_VALUES = 200;
const MOST_CHARS = 500;

const some = <T extends z.ZodType>(value: T) => z.array(value).min(1).max(MOST_VALUES);
const word = z.string().min(1).max(MOST_CHARS);
const time = z
  .string()
  .max(40)
  .refine(isTime, 'a day, or a time with its zone, such as 2026-01-31T12:00:00Z');
const words = { is: some(word) };

/** What each rule takes beside its name; `of` is looked at part by part. */
const SHAPES = {
  all: z.strictObject({}),
  refinement: z.strictObject({}),
  generator: z.strictObject({}),
  human: z.strictObject({}),
  high_value: z.strictObject({ retries: z.int().min(1).max(1_000_000) }),
  recent: z.strictObject({ days: z.int().min(1).max(36_500) }),
  status: z.strictObject({ is: some(z.enum(ITEM_STATUSES)) }),
  source: z.strictObject({ is: some(z.enum(ITEM_SOURCES)) }),
  action_pair: z.strictObject(words),
  workflow: z.strictObject(words),
  domain: z.strictObject(words),
  time: z
    .strictObject({ from: time.optional(), to: time.optional() })
    .refine(({ from, to }) => from !== undefined || to !== undefined, 'a time needs from or to')
    .refine(
      ({ from, to }) => from === undefined || to === undefined || !(startOf(from) >= endOf(to)),
      'it ends before it begins',
    ),
  and: z.strictObject({ of: z.array(z.unknown()).min(1) }),
  or: z.strictObject({ of: z.array(z.unknown()).min(1) }),
  not: z.strictObject({ of: z.unknown() }),
} satisfies Record<DataRule['rule'], z.ZodType>;

/** A rule as it is. @throws KnowhowError E7001 for an unknown name, E7002 for anything else that is wrong with it. */
export function checkRule(value: unknown): DataRule {
  let parts = 0;
  const checked = (part: unknown, depth: number): DataRule => {
    parts += 1;
    if (depth > MOST_DEPTH) throw badRule(`It is deeper than ${MOST_DEPTH}.`);
    if (parts > MOST_PARTS) throw badRule(`It has more than ${MOST_PARTS} parts.`);
    if (typeof part !== 'object' || part === null || Array.isArray(part))
      throw badRule('A rule in JSON is an object with "rule".');
    const { rule: name, ...rest } = part as Record<string, unknown>;
    if (typeof name !== 'string') throw badRule('A rule in JSON is an object with "rule".');
    if (!isKnown(name)) return unknownRule(name);
    const shape = SHAPES[name].safeParse(rest);
    if (!shape.success) throw badRule(`${name}: ${wrongIn(shape.error)}`);
    if (name === 'not') return { rule: name, of: checked(rest.of, depth + 1) };
    if (name === 'and' || name === 'or')
      return { rule: name, of: (rest.of as unknown[]).map((each) => checked(each, depth + 1)) };
    return { rule: name, ...shape.data } as DataRule;
  };
  return checked(value, 1);
}

export const badRule = (particular: string) => trainingError('E7002', particular);

const isKnown = (name: string): name is keyof typeof SHAPES => Object.hasOwn(SHAPES, name);

/** Where and what, without what was given. */
const wrongIn = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, code, message }) =>
      code === 'unrecognized_keys'
        ? 'a key that it does not take'
        : [path.join('.'), message].filter(Boolean).join(': '),
    )
    .join('; ');
