/** Idioms in Python, second half: state, numbers, programs. */
import type { Idiom } from './idiom.ts';

const python = (idiom: Omit<Idiom, 'language'>): Idiom => ({ language: 'python', ...idiom });

export const PYTHON_STATE: Idiom[] = [
  python({
    name: 'py-memoize',
    aliases: ['memoized', 'remember_results', 'cached_call'],
    params: [['call', 'Callable']],
    result: 'Callable',
    needs: ['import functools'],
    locals: ['known', 'wrapper', 'values'],
    body: `known = {}
+
@functools.wraps(call)
def wrapper(*values):
    if values not in known:
        known[values] = call(*values)
    return known[values]
return wrapper`,
  }),
  python({
    name: 'py-timer',
    aliases: ['StopWatch', 'TimedBlock', 'TimeSpan'],
    params: [],
    result: '',
    isClass: true,
    needs: ['import time'],
    locals: ['began', 'label', 'seconds'],
    body: `class NAME:
    def __init__(self, label='<block|step|part>'):
        self.label = label
        self.seconds = 0.0
    def __enter__(self):
        self.began = time.perf_counter()
        return self
    def __exit__(self, *failure):
        self.seconds = time.perf_counter() - self.began
        print(f'{self.label}: {self.seconds:.3f} s')
        return False`,
  }),
  python({
    name: 'py-lru',
    aliases: ['LruStore', 'RecentItems', 'BoundedCache'],
    params: [],
    result: '',
    isClass: true,
    needs: ['from collections import OrderedDict'],
    locals: ['entries', 'capacity', 'key', 'value', 'read', 'write'],
    body: `class NAME:
    def __init__(self, capacity):
        self.capacity = capacity
        self.entries = OrderedDict()
    def read(self, key):
        if key not in self.entries:
            return None
        self.entries.move_to_end(key)
        return self.entries[key]
    def write(self, key, value):
        self.entries[key] = value
        self.entries.move_to_end(key)
        if len(self.entries) > self.capacity:
            self.entries.popitem(last=False)`,
  }),
  python({
    name: 'py-merge',
    aliases: ['deep_merge', 'merge_into', 'overlay_dicts'],
    params: [
      ['base', 'dict'],
      ['over', 'dict'],
    ],
    result: 'dict',
    locals: ['merged', 'key', 'value'],
    body: `merged = dict(base)
+
for key, value in over.items():
    if isinstance(value, dict) and isinstance(merged.get(key), dict):
        merged[key] = NAME(merged[key], value)
    else:
        merged[key] = value
return merged`,
  }),
  python({
    name: 'py-sieve',
    aliases: ['primes_up_to', 'sieve', 'prime_list'],
    params: [['limit', 'int']],
    result: 'list',
    locals: ['marks', 'number', 'multiple'],
    body: `marks = [True] * (limit + 1)
+
for number in range(2, int(limit ** 0.5) + 1):
    if marks[number]:
        for multiple in range(number * number, limit + 1, number):
            marks[multiple] = False
return [number for number in range(2, limit + 1) if marks[number]]`,
  }),
  python({
    name: 'py-window',
    aliases: ['moving_average', 'rolling_mean', 'smoothed'],
    params: [
      ['values', 'list'],
      ['width', 'int'],
    ],
    result: 'list',
    locals: ['means', 'total', 'at', 'value'],
    body: `~means = []
~total = 0
+
for at, value in enumerate(values):
    total += value
    if at >= width:
        total -= values[at - width]
    if at >= width - 1:
        means.append(total / width)
return means`,
  }),
  python({
    name: 'py-run',
    aliases: ['run_command', 'shell_out', 'call_program'],
    params: [
      ['command', 'list'],
      ['seconds', 'int'],
    ],
    result: 'str',
    needs: ['import subprocess'],
    locals: ['done'],
    body: `+
done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
if done.returncode != 0:
    raise RuntimeError(done.stderr.strip()[-<200|500|1000>:])
return done.stdout.strip()`,
  }),
  python({
    name: 'py-count',
    aliases: ['most_common_words', 'top_words', 'frequent_terms'],
    params: [
      ['text', 'str'],
      ['top', 'int'],
    ],
    result: 'list',
    needs: ['import re'],
    locals: ['counts', 'word', 'pair'],
    body: `counts = {}
+
for word in re.findall(r'<[a-z]+|\\w+>', text.lower()):
    counts[word] = counts.get(word, 0) + 1
return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:top]`,
  }),
  python({
    name: 'py-knapsack',
    aliases: ['best_value', 'knapsack', 'fill_bag'],
    params: [
      ['weights', 'list'],
      ['values', 'list'],
      ['room', 'int'],
    ],
    result: 'int',
    locals: ['best', 'at', 'left'],
    body: `best = [0] * (room + 1)
+
for at in range(len(weights)):
    for left in range(room, weights[at] - 1, -1):
        best[left] = max(best[left], best[left - weights[at]] + values[at])
return best[room]`,
  }),
];
