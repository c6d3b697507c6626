/** Opens the store that the first argument names, and prints why it could not be opened: code, message, hint, kind, cause. */
import { createHashingEmbedder } from '../../src/llm/hashing-embedder.ts';
import { openStore } from '../../src/memory/store.ts';

const error = await openStore(process.argv[2] ?? '', createHashingEmbedder()).then(
  (store) => store.close(),
  (thrown: unknown) => thrown,
);
const { code, message, hint, kind, cause } = { ...(error as object), ...(error as Error) } as Record<
  string,
  unknown
>;
process.stdout.write(
  JSON.stringify({ code, message: message ?? (error as Error)?.message, hint, kind, cause: String(cause) }),
);
