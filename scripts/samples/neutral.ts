/**
 * Makes real output neutral and byte-stable: this machine's paths, names, process ids, durations and clock
 * become fixed ones. Nothing else about the output is touched.
 */

/** Replacements are applied longest first, so that a folder inside another wins. */
export function neutralizer(paths: Record<string, string>): (text: string) => string {
  const pairs = Object.entries(paths)
    .filter(([from]) => from.length > 1)
    .sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const [from, to] of pairs) out = out.replaceAll(from, to);
    return masks.reduce((sofar, [pattern, by]) => sofar.replace(pattern, by), out);
  };
}

const masks: [RegExp, string][] = [
  // node:test
  [/\((\d+\.\d+)ms\)/g, '(1.2ms)'],
  [/duration_ms:? \d+(\.\d+)?/g, 'duration_ms 40'],
  [/^\(node:\d+\)/gm, '(node:4211)'],
  // ls -l
  [
    /^([-dl][rwxsStT-]{9}[.+]? +\d+) \S+ \S+( +\d+) [A-Z][a-z]{2} +\d+ +[\d:]{4,5} /gm,
    '$1 dev dev$2 Jan 15 09:30 ',
  ],
  // gcc's temporary objects, addresses in tracebacks and warnings, unittest's clock
  [/\bcc[A-Za-z0-9]{6}\.(o|s)\b/g, 'ccQm3x8T.$1'],
  [/0x[0-9a-f]{8,16}\b/g, '0x7f00c0de'],
  [/\bin \d+\.\d{3}s\b/g, 'in 0.002s'],
];
