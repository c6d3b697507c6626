/** Licences as runs state them, in the words of the Hugging Face Hub. */

/** What the Hub calls them, by the SPDX identifier in small letters where it is another. */
const KNOWN = new Map<string, string>([
  ...'apache-2.0 mit bsd-2-clause bsd-3-clause bsl-1.0 isc zlib unlicense wtfpl ncsa ecl-2.0 mpl-2.0 ms-pl osl-3.0 postgresql afl-3.0 artistic-2.0 cc0-1.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 agpl-3.0 gpl-2.0 gpl-3.0 lgpl-2.1 lgpl-3.0 epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 odbl odc-by pddl'
    .split(' ')
    .map((name): [string, string] => [name, name]),
  ...['agpl-3.0', 'gpl-2.0', 'gpl-3.0', 'lgpl-2.1', 'lgpl-3.0'].flatMap((name): [string, string][] => [
    [`${name}-only`, name],
    [`${name}-or-later`, name],
  ]),
  ['odbl-1.0', 'odbl'],
  ['odc-by-1.0', 'odc-by'],
  ['pddl-1.0', 'pddl'],
  ['cc0', 'cc0-1.0'],
]);

/** Lines of YAML. Where none is stated it is unknown; where one is that the Hub has no word for, other. */
export function licencesOf(tally: Record<string, number>): string[] {
  const stated = Object.keys(tally);
  const names = stated.map((name) =>
    name === 'not stated' ? 'unknown' : (KNOWN.get(name.trim().toLowerCase()) ?? 'other'),
  );
  const all = [...new Set(names)].sort();
  if (all.length <= 1) return [`license: ${all[0] ?? 'unknown'}`];
  return ['license:', ...all.map((name) => `- ${name}`)];
}
