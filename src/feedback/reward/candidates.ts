/** The models that compete, the simplest first. */

import { meanRegressor } from '../../learners/regression.ts';
import { ridgeRegressor } from '../../learners/ridge.ts';
import { stackedRegressor } from '../../learners/stacking.ts';
import { boostedRegressor } from '../../learners/trees/boosted.ts';
import { forestRegressor } from '../../learners/trees/forest.ts';

const linear = ridgeRegressor();
const forest = forestRegressor();
const boosted = boostedRegressor();

/** By the name that models are told by. */
export const CANDIDATES = {
  mean: meanRegressor,
  linear,
  forest,
  boosted,
  stacked: stackedRegressor([linear, forest, boosted]),
};
