/** What speaks against trusting the comparison, in plain sentences. Pure. */
import type { Checks } from './checks.ts';
import { counted, grouped, percent } from './told.ts';

export function warningsOf({ ratio, loss }: Checks): string[] {
  return [
    ...(ratio.warns
      ? [
          `Of ${counted(ratio.drawn, 'task')} drawn ${grouped(ratio.withheld)} are held out where about ${grouped(ratio.expected)} should be: something decides which tasks are recorded, and the comparison may not be fair.`,
        ]
      : []),
    ...(loss.warns
      ? [
          `Of the tasks shown something ${percent(loss.with.share)} have a judged run, of those held out ${percent(loss.without.share)}: the difference may come from what is missing.`,
        ]
      : []),
  ];
}
