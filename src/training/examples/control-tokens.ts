/**
 * What chat templates and tokenizers read as their own marks: `<|im_start|>`, `[INST]`, `<start_of_turn>`, `<s>`, `<extra_id_0>`.
 * Standing in what is asked, such a mark could end the prompt and begin an answer. Names are those of the tokenizers of Llama
 * 2 to 4, ChatML (Qwen, Yi, InternLM), Mistral, Gemma, Phi, DeepSeek, GPT and gpt-oss, Command R, GLM, Kimi, MiniMax, Seed, Falcon,
 * StarCoder, T5.
 */

/** Between bars there is never a blank: `f <| x |> g` is F#, `p <|> q` Haskell. DeepSeek's bars are full-width. */
const BARRED = String.raw`<[|｜][\w./:▁-]{1,64}[|｜]>`;

/** In angle brackets; `<s>` and `<think>` are HTML and XML too, and escaped in what is asked all the same. */
const ANGLED = String.raw`<\/?(?:${[
  's|unk|pad|bos|eos|mask|cls|sep|sop|eop|eod|eoh|eoa|UNK|PAD|BOS|EOS|CLS|SEP|EOT|PRE|MID|SUF',
  '(?:BOS|EOS|EOP|MASK)_TOKEN',
  '(?:start|end)_of_(?:turn|image|audio|text)',
  'image_soft_token|audio_soft_token',
  'extra_id_[0-9]{1,4}|unused_?[0-9]{1,5}|reserved_?[0-9]{1,5}|SPECIAL_[0-9]{1,5}|TOKENS_UNUSED_[0-9]{1,5}',
  'think|tool_call|tool_calls|tool_response',
  'seed:[a-z_]{1,40}',
  'fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|gh_stars|issue_(?:start|comment|closed)',
  'jupyter_(?:start|text|code|output|script)|empty_output|commit_(?:before|msg|after)|intermediate_to_code',
].join('|')})>`;

const LLAMA_2 = String.raw`<<\/?SYS>>`;
const SQUARE = String.raw`\[\/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|SYSTEM_PROMPT|MODEL_SETTINGS|THINK|CALL_ID|IMG_BREAK|IMG_END|BEGIN_AUDIO|gMASK|sMASK)\]`;
/** Tokens too (StarCoder's, Mistral's, Kimi's, BERT's), but in code most often a placeholder, `usage: run <filename> [ARGS]`, or a subscript. */
const PLACEHOLDER = String.raw`<(?:filename|reponame|tools)>|(?<![\w)\]])\[(?:PREFIX|SUFFIX|MIDDLE|IMG|AUDIO|ARGS|STREAMING_PAD|TRANSCRIBE|BOS|EOS|EOT|PAD|UNK|CLS|SEP)\]`;
const FALCON =
  '>>(?:TITLE|ABSTRACT|INTRODUCTION|SUMMARY|COMMENT|ANSWER|QUESTION|DOMAIN|PREFIX|SUFFIX|MIDDLE)<<';

const MINIMAX = String.raw`\]~!?b[[\]]|\[e~\[`;

const TOKEN = [BARRED, ANGLED, LLAMA_2, SQUARE, FALCON, MINIMAX].join('|');
const FIRST = new RegExp(TOKEN, 'u');
/** Where one begins, so that none hides behind another that it shares brackets with. */
const START = new RegExp(`(?=${TOKEN}|${PLACEHOLDER})[<>[\\]]`, 'gu');

/**
 * True where a tokenizer would read a part of the text as a mark of its own; placeholders, which answers use as what they are,
 * do not count. Linear in the text.
 */
export const hasControlTokens = (text: string): boolean => FIRST.test(text);

/**
 * The text with a blank behind the first character of each such mark, `< |im_start|>`: no tokenizer knows it, everybody can
 * read it. Code such as `a < b` or `List<string>` stays as it is. Doing it twice changes nothing.
 */
export const escapeControlTokens = (text: string): string => text.replace(START, '$& ');
