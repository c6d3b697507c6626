/** What a disk or the network says, as the errors of a place. */
import { KnowhowError } from '../../errors.ts';
import { trainingError } from '../codes.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Codes of the system are plain words; nothing else of an error is told. */
const codeOf = (cause: unknown): string => {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/u.test(code) ? code : '';
};

/** Runs `work`; what fails comes out as E7206 where it wrote, as E7205 where it read. */
export async function placeErrors<R>(doing: 'read' | 'write', work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KnowhowError) throw cause;
    const code = codeOf(cause);
    if (code === '') throw cause;
    if (FULL.has(code)) throw trainingError('E7206', `The disk is full (${code}).`, { cause });
    throw trainingError(doing === 'write' ? 'E7206' : 'E7205', `The system says ${code}.`, { cause });
  }
}
