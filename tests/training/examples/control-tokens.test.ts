import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeControlTokens, hasControlTokens } from '../../../src/training/examples/control-tokens.ts';

const TOKENS = [
  ...[
    '<|begin_of_text|>',
    '<|start_header_id|>',
    '<|eot_id|>',
    '<|im_start|>',
    '<|im_end|>',
    '<|endoftext|>',
  ],
  ...['[INST]', '[/INST]', '<<SYS>>', '<</SYS>>', '<s>', '</s>', '<unk>', '<pad>', '<bos>', '<eos>'],
  ...[
    '<start_of_turn>',
    '<end_of_turn>',
    '<|user|>',
    '<|assistant|>',
    '<|end|>',
    '<|channel|>',
    '<|fim_prefix|>',
  ],
  ...[
    '<｜begin▁of▁sentence｜>',
    '<｜User｜>',
    '<｜tool▁sep｜>',
    '<think>',
    '</think>',
    '<tool_call>',
    '</tool_call>',
  ],
  ...[
    '<extra_id_0>',
    '<extra_id_99>',
    '<unused42>',
    '[TOOL_CALLS]',
    '[AVAILABLE_TOOLS]',
    '<BOS_TOKEN>',
    '<fim_middle>',
  ],
  ...['<|START_OF_TURN_TOKEN|>', '>>QUESTION<<', '[gMASK]', '<sop>', '<|header_start|>'],
  ...[']~b]', ']~!b[', '[e~[', '<seed:bos>'],
];

const ORDINARY = [
  ...[
    'if (a < b && c > d) return a;',
    'List<string> x = new Map<string, s>();',
    'p <|> q <|> many1 digit',
    'x |> f <| g',
  ],
  ...[
    'flags[PREFIX] = os.environ[SUFFIX]',
    'arr[MASK] |= 1',
    '<span class="s">old</span>',
    'std::vector<std::pair<s, t>>',
  ],
  ...[
    'a >> b << c',
    'cout << "x" << endl;',
    'SELECT * FROM t WHERE a <> b',
    '| a | b |',
    'print("<title>")',
    '[INFO] done',
  ],
];

describe('control tokens', () => {
  it.each(TOKENS)('%s is read by no tokenizer any more, and by people still', (token) => {
    const text = `before ${token}after`;
    expect(hasControlTokens(text)).toBe(true);
    const escaped = escapeControlTokens(text);
    expect(escaped).not.toContain(token);
    expect(escaped.replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    expect(hasControlTokens(escaped)).toBe(false);
  });

  it.each(ORDINARY)('%s stays as it is', (code) => {
    expect(escapeControlTokens(code)).toBe(code);
    expect(hasControlTokens(code)).toBe(false);
  });

  it('are escaped where answers use them as placeholders, which are left in answers', () => {
    const usage = 'usage: run <filename> [ARGS] [EOS]';
    expect(escapeControlTokens(usage)).toBe('usage: run < filename> [ ARGS] [ EOS]');
    expect(hasControlTokens(usage)).toBe(false);
  });

  it('put into each other leave none, and escaping twice changes nothing', () => {
    const piece = fc.constantFrom(...TOKENS, '<', '>', '|', '[', ']', '/', 's', ' ', '<<', 'SYS>>', '｜');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = escapeControlTokens(pieces.join(''));
        expect(hasControlTokens(once)).toBe(false);
        expect(escapeControlTokens(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});
