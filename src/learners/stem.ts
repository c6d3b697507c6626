/**
 * The stem of an English word, after Porter (1980), "An algorithm for suffix stripping": liked, likes and liking are
 * one word, and so are update, updates and updated. Words with other letters than a to z are left as they are.
 */
const CONSONANTS = '[^aeiou][^aeiouy]*';
const VOWELS = '[aeiouy][aeiou]*';
/** The number of vowel-consonant sequences in a stem, Porter's m: above 0, exactly 1, above 1. */
const ANY = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}`, 'u');
const ONE = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}(${VOWELS})?$`, 'u');
const SEVERAL = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`, 'u');
const HAS_VOWEL = new RegExp(`^(${CONSONANTS})?[aeiouy]`, 'u');
/** As in hop, fil: what takes an e back. */
const SHORT = new RegExp(`^${CONSONANTS}[aeiouy][^aeiouwxy]$`, 'u');

const SECOND: Record<string, string> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  logi: 'log',
};
const THIRD: Record<string, string> = {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
};
const ending = (suffixes: string[]) => new RegExp(`^(.+?)(${suffixes.join('|')})$`, 'u');
const SECOND_ENDING = ending(Object.keys(SECOND));
const THIRD_ENDING = ending(Object.keys(THIRD));
const FOURTH_ENDING =
  /^(.+?)(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/u;

/** The stem of one lower-case word. */
export function englishStem(word: string): string {
  if (word.length < 3 || word.length > 40 || !/^[a-z]+$/u.test(word)) return word;
  // A y that begins a word is a consonant.
  const isYoung = word.startsWith('y');
  const stem = steps(isYoung ? `Y${word.slice(1)}` : word);
  return isYoung ? `y${stem.slice(1)}` : stem;
}

function steps(word: string): string {
  let stem = word.replace(/(ss|i)es$/u, '$1').replace(/([^s])s$/u, '$1');
  stem = withoutPast(stem);
  if (stem.endsWith('y') && HAS_VOWEL.test(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = swapped(stem, SECOND_ENDING, SECOND);
  stem = swapped(stem, THIRD_ENDING, THIRD);
  const bare = FOURTH_ENDING.exec(stem)?.[1];
  if (bare !== undefined && SEVERAL.test(bare)) stem = bare;
  if (stem.endsWith('e')) {
    const rest = stem.slice(0, -1);
    if (SEVERAL.test(rest) || (ONE.test(rest) && !SHORT.test(rest))) stem = rest;
  }
  return stem.endsWith('ll') && SEVERAL.test(stem) ? stem.slice(0, -1) : stem;
}

function withoutPast(word: string): string {
  if (word.endsWith('eed')) return ANY.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const stem = /^(.+?)(?:ed|ing)$/u.exec(word)?.[1];
  if (stem === undefined || !HAS_VOWEL.test(stem)) return word;
  if (/(?:at|bl|iz)$/u.test(stem)) return `${stem}e`;
  if (/([^aeiouylsz])\1$/u.test(stem)) return stem.slice(0, -1);
  return SHORT.test(stem) ? `${stem}e` : stem;
}

function swapped(word: string, pattern: RegExp, by: Record<string, string>): string {
  const [, stem = '', suffix = ''] = pattern.exec(word) ?? [];
  return stem !== '' && ANY.test(stem) ? `${stem}${by[suffix] ?? ''}` : word;
}
