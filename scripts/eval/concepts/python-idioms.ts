/** Idioms in Python, first half: collections and graphs. */
import type { Idiom } from './idiom.ts';

const python = (idiom: Omit<Idiom, 'language'>): Idiom => ({ language: 'python', ...idiom });

export const PYTHON_COLLECTIONS: Idiom[] = [
  python({
    name: 'py-retry',
    aliases: ['retry_call', 'with_retries', 'try_again'],
    params: [
      ['call', 'Callable'],
      ['attempts', 'int'],
      ['pause', 'float'],
    ],
    result: 'object',
    needs: ['import time'],
    locals: ['last', 'turn', 'error'],
    body: `last = None
+
for turn in range(attempts):
    try:
        return call()
    except Exception as error:
        last = error
        time.sleep(pause * <2|3> ** turn)
raise last`,
  }),
  python({
    name: 'py-chunk',
    aliases: ['chunked', 'in_batches', 'split_every'],
    params: [
      ['items', 'list'],
      ['size', 'int'],
    ],
    result: 'list',
    locals: ['parts', 'at'],
    body: `+
parts = []
for at in range(0, len(items), size):
    parts.append(items[at:at + size])
return parts`,
  }),
  python({
    name: 'py-group',
    aliases: ['group_by_key', 'bucket_by', 'gather_by'],
    params: [
      ['items', 'list'],
      ['key_of', 'Callable'],
    ],
    result: 'dict',
    locals: ['groups', 'item', 'key'],
    body: `groups = {}
+
for item in items:
    key = key_of(item)
    if key not in groups:
        groups[key] = []
    groups[key].append(item)
return groups`,
  }),
  python({
    name: 'py-flatten',
    aliases: ['flatten_deep', 'unnest_all', 'flat_all'],
    params: [['nested', 'list']],
    result: 'list',
    locals: ['flat', 'entry'],
    body: `flat = []
+
for entry in nested:
    if isinstance(entry, (list, tuple)):
        flat.extend(NAME(entry))
    else:
        flat.append(entry)
return flat`,
  }),
  python({
    name: 'py-binary-search',
    aliases: ['binary_search', 'find_sorted', 'bisect_index'],
    params: [
      ['values', 'list'],
      ['wanted', 'int'],
    ],
    result: 'int',
    locals: ['low', 'high', 'middle'],
    body: `~low = 0
~high = len(values) - 1
+
while low <= high:
    middle = (low + high) // 2
    if values[middle] == wanted:
        return middle
    if values[middle] < wanted:
        low = middle + 1
    else:
        high = middle - 1
return -1`,
  }),
  python({
    name: 'py-bfs',
    aliases: ['shortest_path', 'bfs_path', 'fewest_hops'],
    params: [
      ['graph', 'dict'],
      ['start', 'str'],
      ['goal', 'str'],
    ],
    result: 'list',
    needs: ['from collections import deque'],
    locals: ['queue', 'seen', 'path', 'node', 'step'],
    body: `~queue = deque([[start]])
~seen = {start}
+
while queue:
    path = queue.popleft()
    node = path[-1]
    if node == goal:
        return path
    for step in graph.get(node, []):
        if step not in seen:
            seen.add(step)
            queue.append(path + [step])
return None`,
  }),
  python({
    name: 'py-topological',
    aliases: ['topological_sort', 'topo_order', 'dependency_order'],
    params: [['graph', 'dict']],
    result: 'list',
    locals: ['order', 'done', 'visit', 'node', 'step'],
    body: `~order = []
~done = set()
def visit(node):
    if node in done:
        return
    done.add(node)
    for step in graph.get(node, []):
        visit(step)
    order.append(node)
+
for node in graph:
    visit(node)
return order[::-1]`,
  }),
];
