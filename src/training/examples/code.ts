/** Whether an answer is code: told by its lines, without a parser, so for any language. */

const LOOKED_AT = 20_000;
const LONGEST_LINE = 400;
const LEAST_SHARE = 0.6;
/** Values looked at in a JSON object. */
const MOST_VALUES = 5_000;

const ENDS_LIKE_CODE = /[{};]\s*$/u;
const BEGINS_LIKE_CODE = new RegExp(
  String.raw`^\s*(?:${[
    String.raw`[)\]}]+[;,)]*$`,
    String.raw`(?:diff --git|---|\+\+\+) \S|@@ |#include\b|//|#|/\*|\*`,
    String.raw`@\w[\w.]*(?:\(.*\))?$`,
    String.raw`(?:def|class|import|from|return|if|elif|else|for|while|try|except|finally|with|raise|assert)\b.*[:\w)\]'"]$`,
    String.raw`(?:const|let|var|function|export|public|private|protected|static|fn|use|impl|struct|enum|package|func)\b.*[({;,=\w)]$`,
    String.raw`(?:SELECT|FROM|WHERE|(?:LEFT )?JOIN|GROUP BY|ORDER BY|INSERT|UPDATE|DELETE|CREATE)\b`,
    String.raw`[\w.[\]'"]+\s*(?:[-+*/|&]?=|:=)\s*\S`,
    String.raw`[\w.]+\((?:.*[)(,;:{[])?$`,
    '(?:break|continue|pass|end|begin|else|try|do|done|fi|esac)[:;]?$',
    String.raw`[-+]\s.*[({[\])};:=,]$`,
  ].join('|')})`,
  'u',
);
const SENTENCE = /^(?:[-*] )?\p{Lu}[^;{}=()]{20,}[.!?:]$/u;
const FENCE = /^\s{0,3}(?:`{3,}|~{3,})/u;

/** True where most of the text is: code in fences, or lines that read like code; or most of the texts in a JSON object. */
export function isCode(text: string): boolean {
  const texts = textsIn(text);
  const size = (of: string[]) => of.reduce((sum, { length }) => sum + length, 0);
  const code = size(texts.filter(readsLikeCode));
  // What is said of code in an object, its reasons, is a text of one line most often.
  return 2 * code > size(texts.filter((each) => each.includes('\n'))) && 4 * code > size(texts);
}

function readsLikeCode(text: string): boolean {
  const lines = text
    .split('\n')
    .map((line) => line.slice(0, LONGEST_LINE).trimEnd())
    .filter((line) => line !== '');
  const fenced = inFences(lines);
  if (fenced !== undefined) return fenced >= 0.5;
  const share = (like: (line: string) => boolean) => lines.filter(like).length / lines.length;
  return (
    lines.length > 1 &&
    share((line) => ENDS_LIKE_CODE.test(line) || BEGINS_LIKE_CODE.test(line)) >= LEAST_SHARE &&
    share((line) => SENTENCE.test(line.trim())) < 0.2
  );
}

/** Share of the characters that stand in fences; undefined where there are none. */
function inFences(lines: string[]): number | undefined {
  let open = false;
  let fences = 0;
  let within = 0;
  let all = 0;
  for (const line of lines) {
    if (FENCE.test(line)) {
      open = !open;
      fences += 1;
      continue;
    }
    all += line.length;
    if (open) within += line.length;
  }
  return fences < 2 ? undefined : within / Math.max(1, all);
}

/** The texts in a JSON object, such as the patch of an artifact; of any other text itself. Of all no more than the first part. */
function textsIn(text: string): string[] {
  const value = parsedJson(text);
  if (value === undefined) return [text.slice(0, LOOKED_AT)];
  const texts: string[] = [];
  const waiting: unknown[] = [value];
  let left = LOOKED_AT;
  for (let looked = 0; waiting.length > 0 && looked < MOST_VALUES && left > 0; looked += 1) {
    const next = waiting.pop();
    if (typeof next === 'string') {
      texts.push(next.slice(0, left));
      left -= next.length;
    } else if (typeof next === 'object' && next !== null)
      waiting.push(...Object.values(next).slice(0, MOST_VALUES));
  }
  return texts;
}

function parsedJson(text: string): unknown {
  if (!/^\s*[[{]/u.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
