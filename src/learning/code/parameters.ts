/** Anti-unification: where writings of the same shape differ in a literal or a project's own name, that is a parameter. */
import type { Parameter } from '../../types.ts';
import type { Hole } from './shape.ts';

const MOST_VALUES = 10;
const LONGEST_VALUE = 120;

/**
 * The parameters of a group of writings. Places that always change together are one parameter; places where all
 * agree are none.
 * @param writings the holes of each, equally many; names and types are taken from the first.
 */
export function parametersOf(writings: Hole[][]): Parameter[] {
  const [first = []] = writings;
  const seen = new Set<string>();
  const names = new Map<string, number>();
  const parameters: Parameter[] = [];
  for (const [place, hole] of first.entries()) {
    const column = writings.map((holes) => holes[place]?.value ?? '');
    const values = [...new Set(column)].sort();
    const together = JSON.stringify(column);
    if (values.length < 2 || seen.has(together)) continue;
    seen.add(together);
    const base = nameOf(hole);
    const nth = (names.get(base) ?? 0) + 1;
    names.set(base, nth);
    parameters.push({
      name: nth > 1 ? `${base}${nth}` : base,
      ...(hole.type === 'unknown' ? {} : { type: hole.type }),
      values: values.slice(0, MOST_VALUES).map((value) => value.slice(0, LONGEST_VALUE)),
    });
  }
  return parameters;
}

const KNOWN_ROLES: Record<string, string> = {
  setTimeout: 'delayMs',
  setInterval: 'intervalMs',
  fetch: 'url',
};
const BY_TYPE = { string: 'text', number: 'number', regexp: 'pattern', function: 'call', unknown: 'value' };

function nameOf({ role, type }: Hole): string {
  const plain = role.replace('#', '');
  if (Object.hasOwn(KNOWN_ROLES, plain)) return KNOWN_ROLES[plain] ?? plain;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(plain) ? plain : BY_TYPE[type];
}
