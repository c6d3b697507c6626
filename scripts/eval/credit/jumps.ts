/** InterCode: the step whose reward rises most, found from steps and the final outcome only. */
import { attributeByContrast } from '../../../src/learning/credit/contrast.ts';
import { attributeByRules, attributeSimple } from '../../../src/learning/credit/simple.ts';
import type { Compared } from './conversations.ts';
import { baselines, scoreAll } from './measure.ts';
import type { LabelledRun, LabelledSet } from './sets.ts';

/** As many other attempts as the product reads. */
const MOST_ATTEMPTS = 60;

/** `only` narrows what is scored; contrast may look at every attempt. */
export function compareJumps(set: LabelledSet, only: (run: LabelledRun) => boolean = () => true): Compared {
  const byTask = Map.groupBy(set.runs, ({ cluster }) => cluster);
  const runs = set.runs.filter((run) => run.label >= 0 && only(run));
  const shares = (attribution: [number, number][]) => attribution.map(([, share]) => share);
  return {
    set: set.name,
    runs: runs.length,
    methods: {
      'simple (default)': scoreAll(runs, ({ run }) => shares(attributeSimple(run))),
      'rules for acts alone': scoreAll(runs, ({ run }) => shares(attributeByRules(run))),
      'counterfactual, contrast': scoreAll(runs, (one) => {
        const others = (byTask.get(one.cluster) ?? []).filter((other) => other !== one);
        const contrast = attributeByContrast(
          one.run,
          others.slice(0, MOST_ATTEMPTS).map(({ run }) => run),
        );
        return shares(contrast ?? attributeSimple(one.run));
      }),
    },
    baselines: Object.fromEntries(
      Object.entries(baselines(runs)).map(([of, guess]) => [of, scoreAll(runs, guess)]),
    ),
  };
}
