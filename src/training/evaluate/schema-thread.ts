/** Holds answers against JSON schemas in a thread of its own: a pattern of a schema may take for ever. */
import { parentPort } from 'node:worker_threads';
import { Ajv, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

export interface AskedThread {
  schema: string;
  /** Absent: only whether the schema can be used. */
  answer?: string;
}
export type ThreadSays = { ready: true } | { passed: boolean; feedback: string } | { unusable: true };

const MOST_KEPT = 64;
const MOST_ERRORS = 5;
const kept = new Map<string, ValidateFunction>();

/** Nothing is fetched: a reference that leads out of the schema is an error. */
function compiled(schema: string): ValidateFunction {
  const known = kept.get(schema);
  if (known) return known;
  const value = JSON.parse(schema) as AnySchema;
  const newer =
    typeof value === 'object' && '$schema' in value && /2019-09|2020-12/u.test(String(value.$schema));
  const options = { strict: false, validateFormats: false, logger: false, allErrors: false } as const;
  const { $schema: _, ...rest } = typeof value === 'object' ? (value as Record<string, unknown>) : {};
  const validate = (newer ? new Ajv2020(options) : new Ajv(options)).compile(
    typeof value === 'object' ? rest : value,
  );
  // Its answer would be a promise, which accepts nothing.
  if ('$async' in validate) throw new Error('asynchronous');
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(schema, validate);
  return validate;
}

function held({ schema, answer }: AskedThread): ThreadSays {
  let validate: ValidateFunction;
  try {
    validate = compiled(schema);
  } catch {
    return { unusable: true };
  }
  if (answer === undefined) return { passed: true, feedback: '' };
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    return { passed: false, feedback: 'The answer is not JSON, or not JSON alone.' };
  }
  if (validate(value) === true) return { passed: true, feedback: '' };
  const errors = (validate.errors ?? []).slice(0, MOST_ERRORS).map(told);
  return { passed: false, feedback: ['The answer does not fit the schema:', ...errors].join('\n') };
}

const told = ({ instancePath, message = 'is wrong' }: ErrorObject): string =>
  `${(instancePath || 'the whole').slice(0, 200)} ${message.slice(0, 300)}`;

parentPort?.on('message', (asked: AskedThread) => parentPort?.postMessage(held(asked)));
parentPort?.postMessage({ ready: true } satisfies ThreadSays);
