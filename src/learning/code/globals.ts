/** Names that every JavaScript runtime has: they mean the same in any project. */

const list = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/u));

export const GLOBAL_VALUES = list(
  'AbortController AbortSignal AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Blob ' +
    'Boolean Buffer DataView Date Error EvalError Event EventTarget File FinalizationRegistry Float32Array ' +
    'Float64Array FormData Function Headers Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math ' +
    'MessageChannel NaN Number Object Promise Proxy RangeError ReadableStream ReferenceError Reflect RegExp Request ' +
    'Response Set SharedArrayBuffer String Symbol SyntaxError TextDecoder TextEncoder TransformStream TypeError ' +
    'URIError URL URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet ' +
    'WebSocket WritableStream arguments atob btoa clearImmediate clearInterval clearTimeout console crypto ' +
    'decodeURI decodeURIComponent document encodeURI encodeURIComponent fetch globalThis isFinite isNaN navigator ' +
    'parseFloat parseInt performance process queueMicrotask require setImmediate setInterval setTimeout ' +
    'structuredClone undefined window',
);

export const GLOBAL_TYPES = list(
  'AsyncGenerator AsyncIterable AsyncIterator Awaited ConstructorParameters Exclude Extract Generator InstanceType ' +
    'Iterable IterableIterator Lowercase NoInfer NodeJS NonNullable Omit Parameters Partial Pick PropertyKey ' +
    'Readonly ReadonlyArray ReadonlyMap ReadonlySet Record Required RequestInit ReturnType ThisType Timeout Uppercase const',
);
