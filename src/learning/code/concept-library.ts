/** Concepts as the library gives them: composed, and how often each was shown and how the runs it was shown to ended. */
import type { Context } from '../../context.ts';
import { callerError } from '../../errors.ts';
import type { CodeConcept, Used } from '../../types.ts';
import { tallyUses, usesOfRecords } from '../uses.ts';
import { checkConcept } from './check.ts';
import { composeConcepts } from './compose.ts';

export interface ConceptUsage {
  id: string;
  /** Retrievals that it was among, of the newest 10,000. */
  shown: number;
  /** Runs it was shown to and that were recorded afterwards. */
  used: number;
  /** What became of those that were judged. */
  outcomes: Used | null;
  /** Runs that wrote it themselves, and how many of them succeeded. */
  written: { worked: number; tried: number };
}

const PAGE = 500;
const MOST_RETRIEVALS = 10_000;

/** Undefined for a concept that is not stored. */
async function conceptUsage(ctx: Context, id: string): Promise<ConceptUsage | undefined> {
  const { memory } = ctx;
  const concept = await memory.concepts.get(id);
  if (!concept) return undefined;
  const uses = (await usesOfRecords(ctx, [id])).get(id) ?? [];
  const ids = await memory.retrievals.ids({ order: 'newest', limit: MOST_RETRIEVALS });
  let shown = 0;
  for (let i = 0; i < ids.length; i += PAGE) {
    const page = await memory.retrievals.getMany(ids.slice(i, i + PAGE));
    shown += page.filter((retrieval) => retrieval.shown.includes(id)).length;
  }
  return {
    id,
    shown,
    used: new Set(uses.flatMap(({ trajectory, withheld }) => (withheld ? [] : trajectory))).size,
    outcomes: tallyUses(uses) ?? null,
    written: concept.usage,
  };
}

export interface ConceptLibrary {
  /**
   * Makes one concept of several that feed each other, in the order they run, checks it and stores it.
   * @throws KnowhowError `bad_argument` where one is not stored or they do not fit.
   */
  compose(ids: string[]): Promise<CodeConcept>;
  /** @throws KnowhowError `bad_argument` where it is not stored. */
  usage(id: string): Promise<ConceptUsage>;
}

export const conceptLibrary = (ctx: Context): ConceptLibrary => ({
  async compose(ids) {
    const stored = new Map((await ctx.memory.concepts.getMany(ids)).map((concept) => [concept.id, concept]));
    const parts = ids.map((id) => stored.get(id) ?? absent());
    const checked = await Promise.all(parts.map((part) => (part.checked ? part : checkConcept(part))));
    const composed = await composeConcepts(checked, ctx.now().toISOString());
    await ctx.memory.concepts.put([composed]);
    return composed;
  },
  usage: async (id) => (await conceptUsage(ctx, id)) ?? absent(),
});

function absent(): never {
  throw callerError('bad_argument', 'No concept with that id is stored.', 'Ids come from retrieve().');
}
