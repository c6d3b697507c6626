/** The literals of one task: what its description names and nobody else will have. */

/** A file as a task may name it: a path, or a name with an ending. */
const FILE = /(?<![\w/.])(?:\/|\.{1,2}\/)?[\w-]+(?:\/[\w.-]+)+|(?<![\w/.])[\w-]+\.[a-z]{1,5}\b(?!\()/gu;

/** Files and quoted words of a task's description, by parameter name: file, file_2, name … */
export function literalsOf(description: string): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (name: string, value: string) => {
    if (Object.values(values).includes(value)) return;
    let free = name;
    for (let i = 2; free in values; i += 1) free = `${name}_${i}`;
    values[free] = value;
  };
  for (const [, quoted] of description.matchAll(/["'`]([^"'`\n]{2,60})["'`]/gu))
    if (quoted) add(/[./]/u.test(quoted) ? 'file' : 'name', quoted);
  for (const [path] of description.matchAll(FILE)) add('file', path);
  return values;
}

/** The files that a task names, longest first, so that a path is taken before its last part. */
export const filesNamed = (description: string): string[] =>
  [...new Set([...description.matchAll(FILE)].map(([path]) => path.replace(/^\.\//u, '')))].sort(
    (a, b) => b.length - a.length,
  );
