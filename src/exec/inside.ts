/** Paths below a directory, as they are written. */
import { isAbsolute, normalize, sep } from 'node:path';

/** Nothing absolute, nothing that climbs, nothing that no file can be called. */
export function isInside(path: string): boolean {
  const [first = ''] = normalize(path).split(sep);
  return !isAbsolute(path) && !['..', '.', ''].includes(first) && !/\0|\/$/u.test(path);
}
