/** Whether an attempt did what a strategy says. */
import { contentId } from '../../../src/learners/content-id.ts';
import { type Feature, featureKey, featuresOf } from '../../../src/learning/acts/features.ts';
import { generalize } from '../../../src/learning/errors/fixes.ts';
import type { Attempt, Strategy } from '../../../src/types.ts';

/** What is asked of an attempt: true, false, or undefined where it could not have done it. */
export interface Advice {
  id: string;
  follows: (attempt: Attempt) => boolean | undefined;
}

const known = new WeakMap<Attempt, ReturnType<typeof featuresOf>>();
export function featuresOfAttempt(attempt: Attempt): ReturnType<typeof featuresOf> {
  const features = known.get(attempt) ?? featuresOf(attempt);
  known.set(attempt, features);
  return features;
}

export const adviceOfFeature = (feature: Feature, mood: 'do' | 'avoid' = 'do'): Advice => {
  const key = featureKey(feature);
  return {
    id: `${mood} ${key}`,
    follows: (attempt) => {
      const did = featuresOfAttempt(attempt).has(key);
      if (!did && !couldDo(attempt, feature)) return undefined;
      return did === (mood === 'do');
    },
  };
};

/** An order needs the later act, a choice the call. */
function couldDo(attempt: Attempt, { kind, act, than }: Feature): boolean {
  if (kind === 'before') return attempt.order.some((each) => each.act === than);
  const choice = kind === 'used' ? act.indexOf(' with ') : -1;
  if (choice < 0) return true;
  return attempt.did.some((each) => each.kind === 'used' && each.act === act.slice(0, choice));
}

const CODE = /`[^`]+`/gu;

/** The advice of learned strategies: contrasts by the feature that their id is made of, routes by their acts. */
export function adviceOf(
  strategies: Strategy[],
  project: string,
  learnedFrom: Attempt[],
): Map<string, Advice> {
  const byId = new Map<string, Advice>();
  const seen = new Set<string>();
  for (const attempt of learnedFrom) {
    for (const [key, feature] of featuresOfAttempt(attempt)) {
      if (seen.has(key)) continue;
      seen.add(key);
      for (const mood of ['do', 'avoid'] as const)
        byId.set(contentId('strat', [project, 'contrast', key, mood]), adviceOfFeature(feature, mood));
    }
  }
  const found = new Map<string, Advice>();
  for (const { id, kind, suggestion } of strategies) {
    const advice = kind === 'contrast' ? byId.get(id) : routeAdvice(id, suggestion);
    if (advice) found.set(id, { ...advice, id });
  }
  return found;
}

function routeAdvice(id: string, suggestion: string): Advice {
  const acts = (suggestion.match(CODE) ?? []).map(bare);
  return {
    id,
    follows: ({ route, literals }) => {
      const theirs = new Set(route.flatMap((act) => [bare(act), bare(generalize(act, literals))]));
      return acts.length > 0 && acts.every((act) => theirs.has(act));
    },
  };
}

const bare = (act: string): string => act.replace(/\{(\w+?)_\d+\}/gu, '{$1}');
