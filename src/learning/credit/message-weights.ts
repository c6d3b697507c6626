/**
 * What one unit of each sign adds to the score of a message. Written by `npm run eval:credit -- DIR --write`: a conditional
 * logit with ridge penalty 30 on the 126 algorithm-generated failures of Who&When (Zhang et al. 2025), where people named
 * the decisive step. On runs that the fit had not seen (95 % intervals):
 * - simple (default), nested CV: first guess 43.1 % [34.4, 51.3], top three 78.8 % [71.4, 85.4]
 * - signs without places, nested CV: first guess 43.1 % [34.9, 51.3], top three 78.0 % [70.6, 84.7]
 * - rules for acts alone: first guess 0.0 % [0.0, 0.0], top three 27.5 % [26.2, 28.9]
 */
import type { Sign } from './message-signs.ts';

export const WEIGHTS: Partial<Record<Sign, number>> = {
  place: -0.54,
  result: -0.962,
  code: 0.52,
  length: 0.146,
  passes_on: -1.092,
  repeats: -0.08,
  failed_next: 0.683,
  ran_next: 0.089,
  supposes: 0.722,
  lacks: 0.378,
  new_words: 0.064,
  new_numbers: 0.026,
  words_stay: 0.113,
  numbers_stay: 0.403,
  used_later: 0.046,
};
