/** Idioms in TypeScript and JavaScript, second half: control and state. */
import type { Idiom } from './idiom.ts';

const script = (idiom: Omit<Idiom, 'language'>): Idiom => ({ language: 'script', ...idiom });

export const CONTROL: Idiom[] = [
  script({
    name: 'retry',
    aliases: ['retry', 'withRetries', 'callAgain', 'attemptTimes'],
    params: [
      ['call', '() => Promise<T>'],
      ['attempts', 'number'],
      ['pause', 'number'],
    ],
    result: 'Promise<T>',
    waits: true,
    locals: ['last', 'turn', 'error', 'done'],
    body: `let last‹: unknown›;
+
for (let turn = 0; turn < attempts; turn++) {
  try {
    return await call();
  } catch (error) {
    last = error;
    await new Promise((done) => setTimeout(done, pause * <2|3> ** turn));
  }
}
throw last;`,
  }),
  script({
    name: 'debounce',
    aliases: ['debounce', 'settleFirst', 'afterQuiet'],
    params: [
      ['call', '(...values: unknown[]) => void'],
      ['quiet', 'number'],
    ],
    result: '(...values: unknown[]) => void',
    locals: ['timer', 'values'],
    body: `let timer‹: ReturnType<typeof setTimeout> | undefined›;
+
return (...values‹: unknown[]›) => {
  if (timer) clearTimeout(timer);
  timer = setTimeout(() => {
    timer = undefined;
    call(...values);
  }, quiet);
};`,
  }),
  script({
    name: 'throttle',
    aliases: ['throttle', 'atMostEvery', 'slowDown'],
    params: [
      ['call', '(...values: unknown[]) => void'],
      ['gap', 'number'],
    ],
    result: '(...values: unknown[]) => void',
    locals: ['last', 'values', 'now'],
    body: `let last = 0;
+
return (...values‹: unknown[]›) => {
  const now = Date.now();
  if (now - last < gap) return;
  last = now;
  call(...values);
};`,
  }),
  script({
    name: 'memoize',
    aliases: ['memoize', 'remembering', 'cachedCall'],
    params: [['call', '(...values: unknown[]) => T']],
    result: '(...values: unknown[]) => T',
    locals: ['known', 'values', 'key', 'fresh'],
    body: `const known = new Map‹<string, T>›();
+
return (...values‹: unknown[]›) => {
  const key = JSON.stringify(values);
  if (known.has(key)) return known.get(key)‹ as T›;
  const fresh = call(...values);
  known.set(key, fresh);
  return fresh;
};`,
  }),
  script({
    name: 'pool',
    aliases: ['mapLimit', 'inParallel', 'withWorkers'],
    params: [
      ['items', 'T[]'],
      ['limit', 'number'],
      ['work', '(item: T) => Promise<R>'],
    ],
    result: 'Promise<R[]>',
    waits: true,
    locals: ['results', 'next', 'worker', 'at'],
    body: `~const results‹: R[]› = [];
~let next = 0;
const worker = async () => {
  while (next < items.length) {
    const at = next++;
    results[at] = await work(items[at]);
  }
};
+
await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
return results;`,
  }),
  script({
    name: 'timeout',
    aliases: ['withTimeout', 'orGiveUp', 'boundedWait'],
    params: [
      ['promise', 'Promise<T>'],
      ['ms', 'number'],
    ],
    result: 'Promise<T>',
    locals: ['timer', 'late', '_done', 'fail'],
    body: `let timer‹: ReturnType<typeof setTimeout> | undefined›;
const late = new Promise‹<never>›((_done, fail) => {
  timer = setTimeout(() => fail(new Error('<timed out|too slow|no answer>')), ms);
});
+
return Promise.race([promise, late]).finally(() => clearTimeout(timer));`,
  }),
  script({
    name: 'poll',
    aliases: ['pollUntil', 'waitFor', 'untilTrue'],
    params: [
      ['check', '() => Promise<boolean>'],
      ['every', 'number'],
      ['limit', 'number'],
    ],
    result: 'Promise<void>',
    waits: true,
    locals: ['began', 'done'],
    body: `const began = Date.now();
+
while (!(await check())) {
  if (Date.now() - began > limit) throw new Error('<gave up|never came|took too long>');
  await new Promise((done) => setTimeout(done, every));
}`,
  }),
  script({
    name: 'lru',
    aliases: ['LruCache', 'RecentlyUsed', 'BoundedMemory'],
    params: [],
    result: '',
    isClass: true,
    locals: ['entries', 'capacity', 'key', 'value', 'read', 'write', 'found', 'oldest'],
    body: `class NAME {
  constructor(capacity‹: number›) {
    this.capacity = capacity;
    this.entries = new Map();
  }
  read(key‹: string›) {
    if (!this.entries.has(key)) return undefined;
    const found = this.entries.get(key);
    this.entries.delete(key);
    this.entries.set(key, found);
    return found;
  }
  write(key‹: string›, value‹: unknown›) {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.capacity) {
      const oldest = this.entries.keys().next().value;
      this.entries.delete(oldest);
    }
  }
}`,
  }),
  script({
    name: 'rate-limiter',
    aliases: ['TokenBucket', 'RateGate', 'LeakyLimit'],
    params: [],
    result: '',
    isClass: true,
    locals: ['tokens', 'capacity', 'perSecond', 'last', 'take', 'now', 'count'],
    body: `class NAME {
  constructor(capacity‹: number›, perSecond‹: number›) {
    this.capacity = capacity;
    this.perSecond = perSecond;
    this.tokens = capacity;
    this.last = Date.now();
  }
  take(count = 1) {
    const now = Date.now();
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.last) / 1000) * this.perSecond);
    this.last = now;
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }
}`,
  }),
  script({
    name: 'emitter',
    aliases: ['EventHub', 'SignalBus', 'Broadcaster'],
    params: [],
    result: '',
    isClass: true,
    locals: ['handlers', 'on', 'emit', 'name', 'handler', 'known', 'values'],
    body: `class NAME {
  constructor() {
    this.handlers = new Map();
  }
  on(name‹: string›, handler‹: (...values: unknown[]) => void›) {
    const known = this.handlers.get(name) ?? new Set();
    known.add(handler);
    this.handlers.set(name, known);
    return () => known.delete(handler);
  }
  emit(name‹: string›, ...values‹: unknown[]›) {
    for (const handler of this.handlers.get(name) ?? []) handler(...values);
  }
}`,
  }),
];
