/** Keys of a place: names parted by slashes, that mean the same in a directory and in a bucket. */
import { trainingError } from '../codes.ts';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/u;
const LONGEST = 512;

/** No way out of the place, no hidden file, nothing that a file system or a shell reads otherwise. */
export const isKey = (key: string): boolean =>
  key.length <= LONGEST && key.split('/').every((name) => NAME.test(name) && !name.includes('..'));

/** @throws KnowhowError E7204 for what cannot be a key: it comes from a manifest that is not what was written. */
export function checkKey(key: string): string {
  if (!isKey(key)) throw trainingError('E7204', 'It names a file that cannot be one of its own.');
  return key;
}
