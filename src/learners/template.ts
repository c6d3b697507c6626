/**
 * Error messages as templates: private literals are masked, telling ones become named parameters whose values are
 * kept, and the template compiles to a regular expression that matches its own source.
 *
 * `No module named 'numpy'` → `No module named '{module}'`, module = numpy;
 * `/app/x.py:12: error` → `<path>:<n>: error`.
 *
 * A template depends on its message alone, on nothing that was met before: so every process gives a message the same
 * pattern, in whatever order messages come.
 */
import { nameLiterals } from './template/literals.ts';
import { maskPrivate } from './template/masks.ts';
import { identifierParts } from './words.ts';

export { signatureOf } from './template/signature.ts';

export interface Templated {
  template: string;
  /** Parameter name → the literal it stood for. */
  values: Record<string, string>;
}

/** Longest message that is looked at; what comes after tells nothing new and would cost time. */
export const MAX_MESSAGE = 600;

/** Masks one message. The same message always gives the same template; masking a template changes nothing. */
export function templateOf(message: string): Templated {
  const values: Record<string, string> = {};
  const name = (wanted: string, value: string): string => {
    let free = wanted;
    for (let i = 2; free in values; i += 1) free = `${wanted}_${i}`;
    values[free] = value;
    return free;
  };
  const text = message.slice(0, MAX_MESSAGE).replace(/\s+/gu, ' ').trim();
  return { template: maskOutside(nameLiterals(text, name)), values };
}

/** Masks everything but `{parameters}`. */
function maskOutside(text: string): string {
  return text
    .split(/(\{\w+\})/u)
    .map((part, i) => (i % 2 === 1 ? part : maskPrivate(part)))
    .join('');
}

/** Fills parameters into a text: `pip install {module}` with module = numpy. Unknown ones stay. */
export function fillTemplate(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole);
}

/** A name in words: `ModuleNotFoundError: No module named '{module}'` → module_not_found_error_no_module_named. */
export function nameOf(template: string): string {
  const plain = template.replace(/\{\w+\}|<\w+>/gu, ' ');
  const parts = (plain.match(/[\p{L}\p{N}_]+/gu) ?? [])
    .flatMap(identifierParts)
    .filter((part) => !/^\d+$/u.test(part));
  return parts.slice(0, 7).join('_').slice(0, 60) || 'error';
}
