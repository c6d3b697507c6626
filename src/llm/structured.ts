/** From a Zod schema to what a model is asked for, and from what it says back to a checked value. */
import { z } from 'zod';

/** How the endpoint is told the shape, best first. Endpoints that refuse one get the next. */
export const ANSWER_MODES = ['json_schema', 'json_object', 'text'] as const;
export type AnswerMode = (typeof ANSWER_MODES)[number];

export type JsonSchema = Record<string, unknown>;

/** The schema a model has to follow: what is put in (before defaults and transforms), objects closed. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (jsonSchema.properties && jsonSchema.additionalProperties === undefined) {
        jsonSchema.additionalProperties = false;
      }
    },
  });
  return json;
}

/** `response_format` of a chat completion; undefined where the prompt alone has to say it. */
export function responseFormat(mode: AnswerMode, name: string, schema: JsonSchema) {
  if (mode === 'text') return undefined;
  if (mode === 'json_object') return { type: 'json_object' as const };
  return {
    type: 'json_schema' as const,
    json_schema: { name: name.replace(/\W/g, '_').slice(0, 64), schema, strict: isStrict(schema) },
  };
}

/** Endpoints only take objects in the two JSON modes. */
export const firstMode = (schema: JsonSchema): AnswerMode =>
  schema.type === 'object' ? 'json_schema' : 'text';

/** The part of the prompt that says the shape, needed in every mode but `json_schema`. */
export const shapeInWords = (schema: JsonSchema): string =>
  `Answer with JSON only, no other words, that follows this JSON Schema:\n${JSON.stringify(schema)}`;

const STRICT_KEYS = new Set(
  'type properties required additionalProperties items enum const anyOf description $ref $defs title'.split(
    ' ',
  ),
);

/** True when every object is closed with all fields required, and no keyword is used that strict mode refuses. */
function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return true;
  const node = schema as JsonSchema;
  if (Object.keys(node).some((key) => !STRICT_KEYS.has(key))) return false;
  const { properties, required, items, anyOf, $defs } = node;
  const fields = Object.entries((properties ?? {}) as JsonSchema);
  const named = new Set(Array.isArray(required) ? required : []);
  if (node.type === 'object' && (properties === undefined || node.additionalProperties !== false))
    return false;
  if (!fields.every(([name]) => named.has(name))) return false;
  const inner = [...fields.map(([, each]) => each), items, ...((anyOf ?? []) as unknown[])];
  return [...inner, ...Object.values(($defs ?? {}) as JsonSchema)].every(isStrict);
}

const LONGEST_PROBLEM = 1_000;
const MOST_FENCES = 20;

/** `said`: the JSON of the answer, cleaned; absent where there is none. */
export type Answer<T> =
  | { ok: true; value: T; said: string }
  | { ok: false; problem: string; paths: string[]; said?: string };

/**
 * Reads an answer, with or without a code fence, reasoning or words around it. `clean` sees the value that it stands
 * for before anything else does. `problem` is for the model that wrote the answer; `paths` name the places for
 * everybody else.
 */
export function readAnswer<T>(
  text: string,
  schema: z.ZodType<T>,
  clean: (said: unknown) => unknown = (said) => said,
): Answer<T> {
  const json = findJson(text);
  if (json === undefined) return { ok: false, problem: 'It is not JSON.', paths: [] };
  let value: unknown;
  let said: string;
  try {
    value = clean(json.value);
    said = JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: 'It is nested too deeply.', paths: [] };
    throw error;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data, said };
  const issues = parsed.error.issues.slice(0, 5);
  const places = issues.map(({ path, message }) => `at ${path.join('.') || 'the top'}: ${message}`);
  return {
    ok: false,
    problem: places.join('\n').slice(0, LONGEST_PROBLEM),
    paths: issues.map(({ path }) => safePath(path)),
    said,
  };
}

/** Keys may be words of the model: only plain ones are repeated. */
const safePath = (path: PropertyKey[]): string =>
  path.map((key) => (/^\w{1,40}$/.test(String(key)) ? String(key) : '*')).join('.') || 'the top';

/** Looked for by position: a model's text is hostile, and may hold a hundred thousand marks that nothing closes. */
function findJson(text: string): { value: unknown } | undefined {
  const answer = withoutThoughts(text).trim();
  const from = answer.search(/[{[]/);
  const to = Math.max(answer.lastIndexOf('}'), answer.lastIndexOf(']'));
  for (const candidate of [answer, fenced(answer), from >= 0 ? answer.slice(from, to + 1) : undefined]) {
    if (candidate === undefined) continue;
    try {
      return { value: JSON.parse(candidate) };
    } catch {
      // Not this one; the next candidate is narrower.
    }
  }
  return undefined;
}

function withoutThoughts(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('<think>', at);
    const end = start < 0 ? -1 : text.indexOf('</think>', start);
    if (end < 0) return kept.join('') + text.slice(at);
    kept.push(text.slice(at, start));
    at = end + '</think>'.length;
  }
}

/** What stands in the first code fence that says json or nothing. */
function fenced(text: string): string | undefined {
  let open = text.indexOf('```');
  for (let tries = 0; open >= 0 && tries < MOST_FENCES; tries += 1) {
    const line = text.indexOf('\n', open);
    const close = line < 0 ? -1 : text.indexOf('```', line);
    if (close < 0) return undefined;
    if (/^(?:json)?\s*$/iu.test(text.slice(open + 3, line).slice(0, 20))) return text.slice(line + 1, close);
    open = text.indexOf('```', close + 3);
  }
  return undefined;
}
