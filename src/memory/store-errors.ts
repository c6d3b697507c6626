/** Turns what a database or a disk says into errors that tell the operator what to do. */
import { KnowhowError, operatorError, unavailableError } from '../errors.ts';
import { ANY_REMOTE, isRemote, type Known, REMOTE, withoutAnswer } from './remote-errors.ts';

const BUSY: Known = [
  /too many concurrent writers|commit conflict|retryable|concurrent|database is locked/i,
  'store_busy',
  'The store is busy with other writers.',
  'Try again.',
];

const DISK: Known[] = [
  [
    /no space left|os error 28|ENOSPC|quota exceeded|disk is full/i,
    'store_full',
    'The disk of the store is full.',
    'Free space or pass another --data directory; nothing that was acknowledged is lost.',
  ],
  [
    /permission denied|os error 13|EACCES|EPERM|unable to open database file/i,
    'store_denied',
    'The store may not be written or read.',
    'Check who owns the --data directory.',
  ],
  [
    /read-only file system|os error 30|EROFS|readonly database/i,
    'store_read_only',
    'The store lies on a read-only file system.',
    'Pass another --data directory.',
  ],
  [
    /ENOTDIR|EEXIST|ENOENT.*mkdir|not a directory|os error 20\b|os error 17\b/i,
    'store_no_directory',
    'The directory of the store cannot be made: a file is in the way, or the place does not take one.',
    'Pass the path of a directory with --data.',
  ],
];

const CORRUPT: Known[] = [
  [
    /corrupt|malformed|not a database|not a lance|magic|unexpected eof|failed to (?:read|decode|parse)|invalid (?:manifest|file)|not found|lance error/i,
    'store_corrupt',
    'A table of the store cannot be read.',
    'Run `knowhow doctor`; restore the directory from a backup or move it away to start anew.',
  ],
];

const LOCAL = [...DISK, BUSY, ...CORRUPT];
const FAR = [BUSY, ...REMOTE, ...CORRUPT, ...ANY_REMOTE];

/** Runs `work`; failures of the store come out as KnowhowErrors, naming the directory but no stored text. */
export async function storeErrors<R>(directory: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KnowhowError) throw cause;
    const text = String(cause);
    const far = isRemote(directory);
    for (const [pattern, code, message, hint] of far ? FAR : LOCAL) {
      if (!pattern.test(text)) continue;
      const make = code === 'store_busy' ? unavailableError : operatorError;
      throw make(code, `${message} (${directory})`, hint, { cause: far ? withoutAnswer(cause) : cause });
    }
    throw cause;
  }
}
