/** All that a replayed command is told of this machine. */
import { basename, dirname, join } from 'node:path';
import { MARK } from './left-over.ts';

/** `root` is the throw-away directory, which has the folders `work` and `tmp`. */
export const bareEnvironment = (root: string): Record<string, string> => ({
  PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  HOME: join(root, 'work'),
  TMPDIR: join(root, 'tmp'),
  LC_ALL: 'C',
  // No repository that the directory happens to lie in.
  GIT_CEILING_DIRECTORIES: root,
  [MARK]: basename(root),
});
