/** Under which terms a run may be used: tags that go with every row made of it. */
import type { Trajectory } from '../../types.ts';

export interface Tags {
  licence?: string;
  consent?: string;
}

const LONGEST = 200;
const REFUSED = /^(?:no|none|false|denied|refused|withdrawn|revoked|declined|opt(?:ed)?[ _-]?out)$/iu;

/** From `licence`, `license` and `consent` of the metadata: a text, an object that names one, or a yes or no. */
export function tagsOf({ metadata }: Pick<Trajectory, 'metadata'>): Tags {
  const licence = named(metadata?.licence ?? metadata?.license);
  const consent = named(metadata?.consent);
  return { ...(licence === undefined ? {} : { licence }), ...(consent === undefined ? {} : { consent }) };
}

/** Somebody said that it must not be used. */
export const isRefused = ({ consent }: Tags): boolean => consent !== undefined && REFUSED.test(consent);

/** SPDX's word for a licence that nobody named. */
const UNNAMED = 'NOASSERTION';

/** Both terms hold for what is made of two; it has a consent only where both have one. */
export function tagsOfBoth(a: Tags, b: Tags): Tags {
  const both = (one: string, other: string) => [...new Set([one, other])].join(' AND ');
  return {
    ...(a.licence === undefined && b.licence === undefined
      ? {}
      : { licence: both(a.licence ?? UNNAMED, b.licence ?? UNNAMED) }),
    ...(a.consent === undefined || b.consent === undefined ? {} : { consent: both(a.consent, b.consent) }),
  };
}

function named(given: unknown): string | undefined {
  if (typeof given === 'boolean') return given ? 'yes' : 'no';
  if (typeof given === 'string') return given.trim().slice(0, LONGEST) || undefined;
  if (typeof given !== 'object' || given === null) return undefined;
  const { spdx_id, id, name, status } = given as Record<string, unknown>;
  return named([spdx_id, id, name, status].find((each) => typeof each === 'string'));
}
