/** Times in rules: a day, or an instant with its zone. Nothing is local. */

const DAY = /^\d{4}-\d\d-\d\d$/u;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/u;

/** A calendar day, or a time with its zone. */
export const isTime = (text: string): boolean =>
  DAY.test(text)
    ? isDay(text)
    : INSTANT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

/** Not the 30th of February, which would quietly be a day in March. */
const isDay = (day: string): boolean => {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};

/** Milliseconds; a day begins at midnight, UTC. */
export const startOf = (time: string): number => Date.parse(DAY.test(time) ? `${time}T00:00:00Z` : time);

/** The first instant that is no longer before: a day is over when the next one begins, an instant at once. */
export const endOf = (time: string): number => startOf(time) + (DAY.test(time) ? 86_400_000 : 0);
