/** What a build is asked for: checked, and what was not said taken from the newest version or the defaults. */
import { canonicalJson } from '../../learners/content-id.ts';
import type { DatasetSettings, DatasetVersion } from '../../types.ts';
import { trainingError } from '../codes.ts';

/** Seed 002: thresholds of the filter, the target size, 80/10/10. */
export const DEFAULT_SETTINGS: DatasetSettings = {
  rule: { rule: 'all' },
  projects: [],
  accept: 0.7,
  review: 0.56,
  least_confidence: 0.6,
  most_examples: 50_000,
  most_per_task: 20,
  duplicates: 0.9,
  ratios: { train: 0.8, validation: 0.1, test: 0.1 },
  negatives: true,
  pairs: true,
  seed: 42,
};

/** An addition waits until so many examples are new. */
export const LEAST_NEW = 10;

export type AskedSettings = { [K in keyof DatasetSettings]?: DatasetSettings[K] | undefined };

/** The settings of a build. @throws KnowhowError `E7500` where one is out of its range. */
export function settingsOf(asked: AskedSettings, parent: DatasetVersion | undefined): DatasetSettings {
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULT_SETTINGS, ...parent?.settings, ...said } as DatasetSettings;
  settings.projects = [...new Set(settings.projects)].sort();
  check(settings);
  return settings;
}

/** True where a build with these would select and judge as the version was. */
export const sameSettings = (a: DatasetSettings, b: DatasetSettings): boolean =>
  canonicalJson(a) === canonicalJson(b);

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/u;

/** @throws KnowhowError `E7202`. */
export function checkName(name: string): void {
  // Two dots are a way out of the folder on some storage, and a trailing one is lost on Windows.
  if (!NAME.test(name) || /\.(?:\.|$)/u.test(name)) throw trainingError('E7202');
}

const SHARES = ['accept', 'review', 'least_confidence'] as const;
const COUNTS = ['most_examples', 'most_per_task', 'seed'] as const;

function check(settings: DatasetSettings): void {
  const refuse = (particular: string) => {
    throw trainingError('E7500', particular);
  };
  for (const name of SHARES)
    if (!(settings[name] >= 0 && settings[name] <= 1)) refuse(`${name} must be between 0 and 1.`);
  if (settings.review > settings.accept) refuse('review must not be above accept.');
  if (!(settings.duplicates > 0 && settings.duplicates <= 1))
    refuse('duplicates must be above 0 and at most 1.');
  for (const name of COUNTS)
    if (!Number.isSafeInteger(settings[name]) || settings[name] < 0)
      refuse(`${name} must be a whole number, not negative.`);
  for (const name of ['most_examples', 'most_per_task'] as const)
    if (settings[name] === 0) refuse(`${name} must be at least 1.`);
  const { train, validation, test } = settings.ratios;
  const ratios = [train, validation, test];
  if (ratios.some((ratio) => !(ratio >= 0 && ratio <= 1)))
    refuse('each share of the split must be between 0 and 1.');
  if (Math.abs(train + validation + test - 1) > 1e-9) refuse('the shares of the split must sum to 1.');
  if (train === 0) refuse('the share of train must be above 0.');
}
