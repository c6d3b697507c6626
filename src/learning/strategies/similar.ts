/**
 * Tasks that are alike, so that what was tried at one can be compared with what was tried at another. Each task joins
 * the leader it shares most of its words with, a word counting by its rarity; leaders are taken in an order that comes
 * from the tasks themselves, so the order of arrival changes nothing. No pairs are gone through: a leader is found by
 * its words, and words that many leaders have find none.
 */

export interface Told {
  key: string;
  topics: string[];
}

/** Part of the words, weighed by rarity, that a task shares with its leader. */
const ALIKE = 0.2;
const MOST_LEADERS = 64;

/** The cluster of each task, by task key. Clusters are named after a task in them. */
export function similarTasks(tasks: Told[], alike = ALIKE): Map<string, string> {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const holding = new Map<string, number>();
  for (const { topics } of byKey.values())
    for (const word of new Set(topics)) holding.set(word, (holding.get(word) ?? 0) + 1);
  const weightOf = (word: string) => Math.log(1 + byKey.size / (holding.get(word) ?? 1));
  const told = [...byKey.values()].map(({ key, topics }) => {
    const words = new Map([...new Set(topics)].map((word) => [word, weightOf(word)]));
    return { key, words, weight: [...words.values()].reduce((sum, weight) => sum + weight, 0) };
  });
  // Tasks of few and common words first: they are what others are variations of.
  told.sort((a, b) => a.weight - b.weight || (a.key < b.key ? -1 : 1));
  const found = new Map<string, string>();
  const leaders = new Map<string, number>();
  const led = new Map<string, string[]>();
  for (const { key, words, weight } of told) {
    const shared = new Map<string, number>();
    for (const [word, worth] of words)
      for (const leader of led.get(word) ?? []) shared.set(leader, (shared.get(leader) ?? 0) + worth);
    let best = '';
    let most = alike;
    for (const [leader, common] of shared) {
      const part = common / (weight + (leaders.get(leader) ?? 0) - common);
      if (part > most || (part === most && leader < best)) [best, most] = [leader, part];
    }
    found.set(key, best === '' ? key : best);
    if (best !== '') continue;
    leaders.set(key, weight);
    for (const word of words.keys()) {
      const known = led.get(word);
      if (!known) led.set(word, [key]);
      else if (known.length < MOST_LEADERS) known.push(key);
    }
  }
  return found;
}
