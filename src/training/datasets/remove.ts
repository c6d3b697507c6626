/** Versions that nobody needs any more, and files that none of the others names. */
import type { Context } from '../../context.ts';
import { isRemote } from '../../memory/remote-errors.ts';
import { trainingError } from '../codes.ts';
import type { Place } from '../places/place.ts';
import { readManifest, versionsOf, withPlace } from './read.ts';
import { checkName } from './settings.ts';
import { alone, fileKey, filesOf, manifestKey } from './write.ts';

export interface Removal {
  name: string;
  versions: string[];
  /** Files that go with them; those that other versions name stay. */
  files: number;
  dry_run: boolean;
}

/**
 * Removes one version, or with a bare `NAME` the whole dataset. Manifests go first, so that no version is ever seen whose files are
 * gone. @throws KnowhowError `E7200`–`E7206`.
 */
export async function removeDataset(
  ctx: Context,
  reference: string,
  { dry_run = false }: { dry_run?: boolean } = {},
): Promise<Removal> {
  const [name = '', version] = reference.split('@', 2);
  checkName(name);
  const work = () =>
    withPlace(ctx, async (place) => {
      const all = await versionsOf(place, name);
      if (all.length === 0) throw trainingError('E7200');
      if (version !== undefined && !all.includes(version)) throw trainingError('E7201');
      const versions = version === undefined ? all : [version];
      const orphans = await filesBeside(
        place,
        name,
        all.filter((each) => !versions.includes(each)),
      );
      if (!dry_run) {
        for (const each of versions) await place.remove(manifestKey(name, each));
        for (const key of orphans) await place.remove(key);
      }
      return { name, versions, files: orphans.length, dry_run };
    });
  return dry_run ? work() : alone(ctx.memory.exclusive, name, work);
}

/** Files of a dataset that none of these versions names. @throws KnowhowError `E7204` where one of them cannot be read. */
async function filesBeside(place: Place, name: string, versions: string[]): Promise<string[]> {
  const named = new Set<string>();
  for (const version of versions)
    for (const file of filesOf(await readManifest(place, name, version))) named.add(fileKey(name, file));
  return (await place.list(`${name}/files/`)).filter((key) => !named.has(key));
}

/**
 * Clears away what builds that were killed wrote and no version came to name. Only in a place of this store's own, whose builds
 * wait for one another: elsewhere another's build may be about to name them.
 */
export async function clearUnnamed(ctx: Context, place: Place, name: string): Promise<void> {
  const { data, training } = ctx.config;
  if (training.datasets !== undefined || isRemote(data)) return;
  const orphans = await filesBeside(place, name, await versionsOf(place, name)).catch(() => []);
  for (const key of orphans) await place.remove(key);
}
