/** The shipped table of weights as a file, with where it comes from. */
import type { Fitted } from './fit.ts';
import type { Estimate, Figure } from './measure.ts';

export function weightsFile(
  { signs, weights, lambda }: Fitted,
  methods: Record<string, Partial<Record<Figure, Estimate>>>,
): string {
  const told = Object.entries(methods).map(([name, { step, top3 }]) => {
    const [first, three] = [step, top3].map((found) => {
      const [mean, low, high] = [found?.mean, found?.low, found?.high].map((x) =>
        (100 * (x ?? 0)).toFixed(1),
      );
      return `${mean} % [${low}, ${high}]`;
    });
    return ` * - ${name}: first guess ${first}, top three ${three}`;
  });
  const table = signs.map((sign, i) => `  ${sign}: ${(weights[i] ?? 0).toFixed(3)},`);
  return `/**
 * What one unit of each sign adds to the score of a message. Written by \`npm run eval:credit -- DIR --write\`: a conditional
 * logit with ridge penalty ${lambda} on the 126 algorithm-generated failures of Who&When (Zhang et al. 2025), where people named
 * the decisive step. On runs that the fit had not seen (95 % intervals):
${told.join('\n')}
 */
import type { Sign } from './message-signs.ts';

export const WEIGHTS: Partial<Record<Sign, number>> = {
${table.join('\n')}
};
`;
}
