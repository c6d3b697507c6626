/**
 * Runs a Python concept on an example: only code that names nothing but harmless builtins and pure modules, under
 * limits of the system (processor time, memory, no file may grow, no new files opened), with an audit hook that ends the
 * process at the first event beyond computing. Off unless it is asked for: hooks are no sandbox by Python's own word.
 */
import { type Ran, runConfined } from './confined.ts';
import { walkPlain } from './grammar-names.ts';
import { parserOf } from './grammar-parse.ts';
import { GRAMMARS } from './grammars.ts';

const PURE_MODULES =
  /^(?:bisect|cmath|collections|copy|datetime|decimal|fractions|functools|heapq|itertools|json|math|operator|re|statistics|string|textwrap|time|typing|unicodedata)$/u;
const REFUSED =
  /^(?:open|eval|exec|compile|globals|locals|vars|dir|getattr|setattr|delattr|input|breakpoint|memoryview|help|exit|quit|type|object|super|sys|os|modules|builtins|codecs|io)$|^__(?!(?:init|enter|exit|len|iter|next|getitem|setitem|contains|call|repr|str|eq|lt|hash)__$)|^_[a-z]|^(?:gi|cr|ag|tb|f|co)_/u;

/** Whether code may be run at all: every name in it is looked at, wherever it stands. */
export async function isHarmlessPython(code: string): Promise<boolean> {
  const grammar = GRAMMARS.find(({ language }) => language === 'python');
  const root = grammar && (await parserOf(grammar))(code);
  if (!root) return false;
  let harmless = true;
  walkPlain(root, (node) => {
    const text = code.slice(node.start, node.end);
    if (node.type === 'identifier' && REFUSED.test(text)) harmless = false;
    if (node.type === 'import_from_statement' || node.type === 'import_statement') {
      const named = /^(?:from\s+([\w.]+)\s+import|import\s+([\w., ]+)$)/u.exec(text);
      const modules = (named?.[1] ?? named?.[2] ?? '?').split(/\s*,\s*/u);
      if (!modules.every((module) => PURE_MODULES.test(module.replace(/\s+as\s+\w+$/u, ''))))
        harmless = false;
    }
    if (/wildcard_import|exec_statement|future_import/u.test(node.type)) harmless = false;
  });
  return harmless;
}

const PROGRAM = `
import sys, json, os, resource
import bisect, cmath, collections, copy, datetime, decimal, fractions, functools, heapq, itertools, math, operator
import re, statistics, string, textwrap, time, typing, unicodedata
code, call = json.loads(sys.stdin.read())
program = compile(code, 'concept', 'exec')
example = compile(call, 'example', 'eval')
write, end = sys.stdout.write, os._exit
time.sleep = lambda seconds: None
for limit, most in ((resource.RLIMIT_CPU, 2), (resource.RLIMIT_AS, 1 << 29), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 3), (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(limit, (most, most))
left = [2]
def hook(event, args):
    if event == 'exec' and left[0] > 0:
        left[0] -= 1
    elif event == 'import' and args[0] in sys.modules:
        pass
    elif not event.startswith('object.__') or event == 'object.__setattr__':
        end(3)
space = {'__name__': 'concept', 'print': lambda *a, **k: None}
sys.addaudithook(hook)
exec(program, space)
value = repr(eval(example, space))[:1000]
write(value)
sys.stdout.flush()
end(0)
`;

/** @param call an expression that the code's names and literals make up. Its value comes back as Python would show it. */
export const runPython = (code: string, call: string): Promise<Ran> =>
  runConfined('/usr/bin/env', ['python3', '-I', '-S', '-B', '-c', PROGRAM], JSON.stringify([code, call]));
