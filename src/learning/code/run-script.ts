/**
 * Runs a TypeScript or JavaScript concept on an example: only code that names nothing but harmless globals and pure
 * modules, in a process of Node's permission model (no files, no processes, no workers, no addons), where no code can be
 * made from strings and `process`, `fetch` and their like are gone.
 */
import type { readScript } from '../llm/script-syntax.ts';
import { type Ran, runConfined } from './confined.ts';

export const HARMLESS: ReadonlySet<string> = new Set(
  (
    'AbortController AbortSignal AggregateError Array ArrayBuffer BigInt Boolean DataView Date Error EvalError Infinity ' +
    'Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String ' +
    'Symbol SyntaxError TextDecoder TextEncoder TypeError URIError URL URLSearchParams Uint8Array Uint16Array ' +
    'Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array WeakMap WeakSet WeakRef atob btoa ' +
    'clearImmediate clearInterval clearTimeout console decodeURI decodeURIComponent encodeURI encodeURIComponent ' +
    'isFinite isNaN parseFloat parseInt performance queueMicrotask setImmediate setInterval setTimeout ' +
    'structuredClone undefined arguments'
  ).split(' '),
);
const PURE_MODULES =
  /^(?:node:)?(?:assert|assert\/strict|buffer|crypto|events|path|querystring|string_decoder|timers|timers\/promises|url|util)$/u;

type Script = NonNullable<Awaited<ReturnType<typeof readScript>>>;

/** Whether code may be run at all. */
export const isHarmless = ({ modules, outside }: Script): boolean =>
  modules.every((module) => PURE_MODULES.test(module)) && outside.every((name) => HARMLESS.has(name));

/** @param call an expression that the code's names and literals make up. Its value comes back as Node would show it. */
export function runScript(code: string, call: string, typed: boolean): Promise<Ran> {
  const program = [
    "import { inspect as _knowhow_inspect } from 'node:util';",
    "import { writeSync as _knowhow_write } from 'node:fs';",
    'globalThis.console = { log() {}, debug() {}, info() {}, warn() {}, error() {}, table() {}, trace() {} };',
    `const _knowhow_all = globalThis; for (const name of Object.getOwnPropertyNames(_knowhow_all)) if (!${JSON.stringify([...HARMLESS])}.includes(name)) Reflect.deleteProperty(_knowhow_all, name);`,
    code,
    `const _knowhow_value = await (${call});`,
    '_knowhow_write(1, _knowhow_inspect(_knowhow_value, { depth: 4, breakLength: 100, maxArrayLength: 20, maxStringLength: 300 }));',
  ].join('\n');
  return runConfined(
    process.execPath,
    [
      '--permission',
      '--disallow-code-generation-from-strings',
      '--max-old-space-size=64',
      '--no-warnings',
      `--input-type=module${typed ? '-typescript' : ''}`,
      '-',
    ],
    program,
  );
}
