/** Ids made from content: writing the same thing twice gives the same id, in every process. */
import { createHash } from 'node:crypto';

/** `prefix_` and 96 bits of the SHA-256 of `value` as canonical JSON (keys sorted, undefined left out), in hex. */
export function contentId(prefix: string, value: unknown): string {
  return `${prefix}_${createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 24)}`;
}

/** JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
