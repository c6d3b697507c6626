/**
 * Schemas as clients see them: what Zod writes, less what costs every agent tokens and tells it nothing. Checking is
 * not touched: arguments and answers are still parsed by the Zod schema itself.
 */
import type { z } from 'zod';

type Json = Record<string, unknown>;
type Side = 'input' | 'output';

/** Bounds that Zod writes for every integer. */
const UNBOUNDED = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);
/** In an answer, the agent needs names and types. */
const OUTPUT_NOISE = ['description', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'required'];

/** The schema with its JSON form slimmed; everything else as it was. */
export function forClients<T extends z.ZodType>(schema: T): T {
  const standard = schema['~standard'] as unknown as { jsonSchema: Record<Side, (options: unknown) => Json> };
  const slimmed = (side: Side) => (options: unknown) => ({
    ...(slim(standard.jsonSchema[side](options), side, true) as Json),
  });
  return new Proxy(schema, {
    get(target, key) {
      if (key === '~standard')
        return { ...standard, jsonSchema: { input: slimmed('input'), output: slimmed('output') } };
      return Reflect.get(target, key);
    },
  });
}

function slim(node: unknown, side: Side, root = false): unknown {
  if (Array.isArray(node)) return node.map((item) => slim(item, side));
  if (typeof node !== 'object' || node === null) return node;
  const { $schema: _, propertyNames: __, ...rest } = node as Json;
  for (const bound of ['minimum', 'maximum']) if (UNBOUNDED.has(rest[bound] as number)) delete rest[bound];
  // Where a caller's keys are open, saying so adds nothing; where they are not, it is worth its tokens.
  if (side === 'output' || typeof rest.additionalProperties === 'object') delete rest.additionalProperties;
  if (side === 'output') for (const noise of root ? ['required'] : OUTPUT_NOISE) delete rest[noise];
  if (Array.isArray(rest.type)) {
    const { type, ...others } = rest;
    return { ...others, anyOf: (type as string[]).map((each) => ({ type: each })) };
  }
  // A pair: not every client knows prefixItems.
  if (rest.prefixItems) {
    const { prefixItems: ___, ...others } = rest;
    return { ...others, items: { type: 'number' } };
  }
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'properties' ? slimProperties(value as Json, side) : slim(value, side),
    ]),
  );
}

/** Here the keys are names of the caller's, whatever they are called. */
const slimProperties = (properties: Json, side: Side): Json =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, slim(value, side)]));
