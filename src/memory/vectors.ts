/** Vectors of questions, while the embedder answers. */
import type { Embedder } from '../llm/ports.ts';

/** One vector a text; all undefined while the embedder is away, so that the caller searches by words alone. */
export async function vectorsOf(embedder: Embedder, texts: string[]): Promise<(Float32Array | undefined)[]> {
  return embedder.embed(texts).catch(() => texts.map(() => undefined));
}
