/** The place of datasets that is configured. */
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { trainingError } from '../codes.ts';
import { directoryPlace } from './directory.ts';
import type { Place } from './place.ts';
import { s3Place } from './s3.ts';

/**
 * Opens the directory or the bucket of `training.datasets`; by default `datasets` in the store, where that is one of both.
 * Nothing is read or written yet. @throws KnowhowError E7205 where none is configured, or it cannot be one.
 */
export async function openPlace(ctx: Context): Promise<Place> {
  const { data, training } = ctx.config;
  const where =
    training.datasets ?? (data.startsWith('db://') ? undefined : `${data.replace(/\/+$/u, '')}/datasets`);
  if (where === undefined)
    throw trainingError(
      'E7205',
      'A store at db:// keeps no files: set KNOWHOW_DATASETS, or training.datasets, to a directory or s3://BUCKET/PREFIX.',
    );
  if (where.includes('\0')) throw trainingError('E7205', 'Its name holds a zero character.');
  if (/^s3:\/\//iu.test(where)) return s3Place(where, training.object_storage, { random: ctx.random });
  if (/^[a-z][a-z0-9+.-]+:\/\//iu.test(where))
    throw trainingError('E7205', 'It must be a directory or s3://BUCKET/PREFIX.');
  return directoryPlace(resolve(where), { now: ctx.now });
}
