/**
 * A function that remembers its answers, about the `most` it gave last: for pure functions of texts that are asked the same
 * again and again.
 */
export function bounded<R>(most: number, answer: (text: string) => R): (text: string) => R {
  let young = new Map<string, R>();
  let old = new Map<string, R>();
  return (text) => {
    let known = young.get(text);
    if (known !== undefined) return known;
    known = old.get(text) ?? answer(text);
    young.set(text, known);
    // Two generations: what was not asked for since the last change of them goes.
    if (young.size > most / 2) {
      old = young;
      young = new Map();
    }
    return known;
  };
}
