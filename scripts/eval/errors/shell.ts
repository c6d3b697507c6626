/**
 * The true class of a message from a shell command: what the C library (strerror), getopt, bash and the GNU tools print,
 * by their own message formats. The program that speaks is no part of the class.
 */
const CLASSES: [name: string, pattern: RegExp][] = [
  ['bash: command not found', /: (?:command )?not found$/u],
  ['bash: syntax error near token', /syntax error near unexpected token/u],
  ['bash: unexpected end of file', /syntax error: unexpected end of file/u],
  ['bash: unterminated quote', /unexpected EOF while looking for matching/u],
  ['bash: cannot execute binary', /cannot execute binary file/u],
  ['bash: bad substitution', /bad substitution$/u],
  ['bash: ambiguous redirect', /ambiguous redirect$/u],
  [
    'bash: invalid option',
    /^(?:.{0,80}: )?(?:cd|pwd|read|export|declare|printf|shopt|set|unset|type|jobs|kill|history|source): -\w+: invalid option$/u,
  ],
  ['bash: not a valid identifier', /not a valid identifier$/u],
  ['bash: too many arguments', /: too many arguments$/u],
  ['bash: operator expected', /(?:unary|binary|integer expression) (?:operator )?expected$/u],
  ['getopt: invalid option', /^[\w.+-]+: (?:invalid|illegal) option --/u],
  ['getopt: unrecognized option', /^[\w.+-]+: (?:unrecognized|unknown) option\b/u],
  ['getopt: option needs argument', /option requires an argument|option .{1,40} requires an argument/u],
  ['getopt: ambiguous option', /^[\w.+-]+: option .{1,40} is ambiguous/u],
  ['gnu: missing operand', /^[\w.+-]+: missing (?:\w+ ){0,2}operand/u],
  ['gnu: extra operand', /^[\w.+-]+: extra operand/u],
  ['find: missing argument', /^find: missing argument to/u],
  ['find: unknown predicate', /^find: unknown predicate/u],
  ['find: paths before expression', /^find: paths must precede expression/u],
  ['find: invalid argument', /^find: [iI]nvalid argument/u],
  ['find: invalid -size type', /^find: invalid -size type/u],
  ['find: invalid mode', /^find: invalid mode/u],
  ['find: invalid expression', /^find: invalid expression/u],
  ['find: unknown argument to -type', /^find: (?:Arguments to -type|Unknown argument to -type)/u],
  [
    'awk: syntax error',
    /^g?m?awk: (?:line|cmd\. line:)\s?\d+:\s+syntax error|^awk: \S*line \d+: syntax error/u,
  ],
  ['awk: unexpected character', /^awk: (?:line )?\d+: unexpected character/u],
  ['sed: expression', /^sed: -e expression #\d+, char \d+:/u],
  ['date: invalid date', /^(?:touch|date): invalid date/u],
  ['sort: invalid field specification', /^sort: .{0,80}invalid field specification/u],
  ['gnu: invalid argument', /^\w+: invalid argument /u],
  ['strerror: ENOENT', /No such file or directory\)?$/u],
  ['strerror: EACCES', /Permission denied\)?$/u],
  ['strerror: EEXIST', /: File exists$/u],
  ['strerror: EISDIR', /Is a directory\)?$/u],
  ['strerror: ENOTDIR', /Not a directory\)?$/u],
  ['strerror: ENOTEMPTY', /: Directory not empty$/u],
  ['strerror: EINVAL', /: Invalid argument$/u],
  ['strerror: EPERM', /: Operation not permitted$/u],
  ['strerror: EBUSY', /: Device or resource busy$/u],
  ['strerror: ENAMETOOLONG', /: File name too long$/u],
  ['strerror: E2BIG', /: Argument list too long$/u],
];

/** The class of a line, or undefined when it is no message that these formats know. */
export const shellClass = (message: string): string | undefined =>
  message.length > 600 ? undefined : CLASSES.find(([, pattern]) => pattern.test(message.trim()))?.[0];
