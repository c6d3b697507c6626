/** Languages that are read through a tree-sitter grammar: a row each, with what its node types mean here. */

export interface Grammar {
  language: string;
  /** In @vscode/tree-sitter-wasm. */
  wasm: string;
  files: RegExp;
  /** How fenced blocks name it. */
  fence: RegExp;
  name: string;
  /** Node types that say nothing: comments, types. */
  drop: ReadonlySet<string>;
  /** Their one child stands for them. */
  unwrap: ReadonlySet<string>;
  /** Their children belong to what they stand in. */
  splice: ReadonlySet<string>;
  labels: Readonly<Record<string, string>>;
  literals: Readonly<Record<string, '#' | '"'>>;
  /** Access to a member: node type, field of the object, field of the name. */
  member: [type: string, object: string, name: string];
  /** `f(key=…)`: node type, field of the name, field of the value. */
  keyword: [type: string, name: string, value: string];
  functions: ReadonlySet<string>;
  classes: ReadonlySet<string>;
  /** What a decorator or the like wraps around a definition. */
  wrapped: string;
  /** Where names are chosen: node type and field; '' for all its children. */
  binds: readonly [type: string, field: string][];
  /** Node types in a chosen place that only use names: `a` in `a.b = 1`. */
  uses: ReadonlySet<string>;
  /** Anonymous tokens that tell: operators, `async`. */
  operators: RegExp;
  imports: { statements: ReadonlySet<string>; from: string };
  globals: ReadonlySet<string>;
  /** Modules that every installation has, or nearly all. */
  packages: ReadonlySet<string>;
  /** A program's entry or a test, not something to call. */
  entry: RegExp;
}

const list = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/u));

const PYTHON: Grammar = {
  language: 'python',
  wasm: 'tree-sitter-python.wasm',
  files: /\.py$/u,
  fence: /^(?:python3?|py)$/iu,
  name: 'identifier',
  drop: list(
    'comment type type_parameter line_continuation pass_statement global_statement nonlocal_statement',
  ),
  unwrap: list(
    'expression_statement parenthesized_expression typed_parameter typed_default_parameter as_pattern_target ' +
      'interpolation with_clause else_clause finally_clause',
  ),
  splice: list('argument_list except_group_clause'),
  labels: {
    block: '*block',
    module: '*block',
    list: '*array',
    expression_list: '*tuple',
    pattern_list: '*tuple',
    tuple_pattern: '*tuple',
    tuple: '*tuple',
    dictionary: '*object',
    pair: 'key',
    parameters: '*params',
    lambda_parameters: '*params',
    function_definition: 'fn',
    lambda: 'fn',
    class_definition: '*class',
    assignment: 'set',
    named_expression: 'set',
    call: 'call',
    subscript: '[]',
    if_statement: 'if',
    elif_clause: 'if',
    for_statement: 'for of',
    while_statement: 'while',
    try_statement: 'try',
    except_clause: 'catch',
    raise_statement: 'raise',
    return_statement: 'return',
    break_statement: 'break',
    continue_statement: 'continue',
    with_statement: 'with',
    default_parameter: 'default',
    conditional_expression: 'cond',
    assert_statement: 'assert',
    delete_statement: 'del',
    match_statement: 'match',
    list_splat: '...',
    list_splat_pattern: '...',
    dictionary_splat: '...key',
    dictionary_splat_pattern: '...key',
    augmented_assignment: 'op ',
    binary_operator: 'op ',
    comparison_operator: 'op ',
    boolean_operator: 'op ',
    unary_operator: 'unary ',
    not_operator: 'not',
  },
  literals: { integer: '#', float: '#', string_content: '"' },
  member: ['attribute', 'object', 'attribute'],
  keyword: ['keyword_argument', 'name', 'value'],
  functions: list('function_definition'),
  classes: list('class_definition'),
  wrapped: 'decorated_definition',
  binds: [
    ['parameters', ''],
    ['lambda_parameters', ''],
    ['default_parameter', 'name'],
    ['typed_default_parameter', 'name'],
    ['assignment', 'left'],
    ['augmented_assignment', 'left'],
    ['named_expression', 'name'],
    ['for_statement', 'left'],
    ['for_in_clause', 'left'],
    ['as_pattern_target', ''],
    ['function_definition', 'name'],
    ['class_definition', 'name'],
  ],
  uses: list('attribute subscript call default_parameter typed_default_parameter type'),
  operators: /^(?:[-+*/%<>=!&|^~@]+|async|in|not in|is|is not|and|or|not|from)$/u,
  imports: { statements: list('import_statement import_from_statement'), from: 'module_name' },
  globals: list(
    'ArithmeticError AssertionError AttributeError BaseException ConnectionError Ellipsis Exception FileExistsError ' +
      'FileNotFoundError IOError ImportError IndexError KeyError KeyboardInterrupt LookupError ModuleNotFoundError ' +
      'NotImplemented NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError ' +
      'RuntimeWarning StopIteration SyntaxError SystemExit TimeoutError TypeError UnicodeDecodeError ' +
      'UnicodeEncodeError UnicodeError UserWarning ValueError Warning ZeroDivisionError __file__ __import__ __name__ ' +
      'abs all any ascii bin bool bytearray bytes callable chr classmethod compile complex delattr dict dir divmod ' +
      'enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int ' +
      'isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property ' +
      'quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip',
  ),
  packages: list(
    '__future__ abc argparse array ast asyncio base64 bisect bz2 calendar cmath codecs collections colorsys concurrent ' +
      'configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib email enum errno ' +
      'fcntl fnmatch fractions functools gc getpass glob graphlib gzip hashlib heapq hmac html http importlib inspect ' +
      'io ipaddress itertools json keyword linecache locale logging lzma math mimetypes multiprocessing numbers ' +
      'operator os pathlib pickle pkgutil platform pprint queue random re resource sched secrets select selectors ' +
      'shelve shlex shutil signal socket socketserver sqlite3 ssl stat statistics string struct subprocess sys ' +
      'tarfile tempfile textwrap threading time timeit token tokenize traceback types typing unicodedata unittest ' +
      'urllib uuid warnings weakref xml zipfile zlib zoneinfo ' +
      'aiohttp attr bs4 click django fastapi flask httpx jinja2 lxml matplotlib networkx numpy pandas PIL pyarrow ' +
      'pydantic pytest requests scipy seaborn six sklearn sqlalchemy sympy tensorflow torch tqdm transformers yaml',
  ),
  entry: /^(?:main|cli|setup|teardown|setUp|tearDown|run_tests?|test_.*|Test.*|.*Tests?)$/u,
};

export const GRAMMARS: readonly Grammar[] = [PYTHON];
