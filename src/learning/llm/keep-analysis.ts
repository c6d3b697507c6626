/** What a model found out about a run is not lost when the same run is looked at again without one. */
import type { Experience } from '../../types.ts';

/** The fresh experience, its parts replaced by those that a model gave the same run before, where it has none now. */
export function keepAnalysis(fresh: Experience, past: Experience | undefined): Experience {
  if (!past || past.trajectory !== fresh.trajectory) return fresh;
  const isSame =
    past.analysis.step_attribution.length === fresh.analysis.step_attribution.length &&
    past.analysis.success === fresh.analysis.success;
  if (!isSame) return fresh;
  const { error_patterns } = fresh.analysis;
  return {
    ...fresh,
    analysis:
      past.analysis.method === 'llm' && fresh.analysis.method !== 'llm'
        ? { ...past.analysis, error_patterns }
        : fresh.analysis,
    abstractability:
      past.abstractability.method === 'llm' && fresh.abstractability.method !== 'llm'
        ? past.abstractability
        : fresh.abstractability,
  };
}
