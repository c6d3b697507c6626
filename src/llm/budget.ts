/**
 * What may be spent on a language model in one piece of work (a batch, one recorded run) and in one process. A budget
 * is reserved before a question is sent and settled after, so that questions under way at the same time cannot
 * overdraw it together. When it is used up, questions are refused at once and counted; nothing else stops.
 */
import type { Llm, LlmUsage } from './ports.ts';

export interface Budget {
  /** Tokens, input and output together. */
  readonly cap: number;
  /** Questions that may be put to the endpoint; answers from the cache are free. */
  readonly most_calls: number;
  /** What it stands for, in words: `this run`, `this process`. */
  readonly scope: string;
  readonly usage: Required<LlmUsage>;
  reserved: number;
  /** Calls that are under way. */
  open: number;
  /** Told when one of them has ended. */
  waiting: (() => void)[];
  /** Questions that were not asked because it was used up. */
  unasked: number;
  /** Questions in a row that the endpoint did not answer at all. */
  outages: number;
  /** When the last of them was, or when the endpoint was last tried again; milliseconds of `now`. */
  down_at: number;
  /** With a clock an endpoint that is down is tried again. Absent: it is given up for good. */
  readonly now: (() => Date) | undefined;
}

/** After this many the endpoint counts as down. A piece of work asks no more; a process rests. */
const MOST_OUTAGES = 3;
/** Then one question goes out, and only its answer ends the rest. */
const REST_MS = 60_000;
/** With less than this left for an answer there is no point in asking. */
const LEAST_ANSWER = 200;

export const openBudget = (
  scope: string,
  {
    cap = Number.POSITIVE_INFINITY,
    most_calls = Number.POSITIVE_INFINITY,
    now,
  }: { cap?: number; most_calls?: number; now?: () => Date } = {},
): Budget => ({
  cap,
  most_calls,
  scope,
  usage: { calls: 0, input_tokens: 0, output_tokens: 0, cached: 0, failures: 0 },
  reserved: 0,
  open: 0,
  waiting: [],
  unasked: 0,
  outages: 0,
  down_at: 0,
  now,
});

export const spentOf = ({ usage }: Budget): number => usage.input_tokens + usage.output_tokens;

/** Notes that the endpoint gave no answer at all. */
export function noteOutage(budgets: Budget[]): void {
  for (const budget of budgets) {
    budget.outages += 1;
    budget.down_at = timeOf(budget);
  }
}

const timeOf = ({ now }: Budget): number => now?.().getTime() ?? 0;
const isDown = ({ outages }: Budget): boolean => outages >= MOST_OUTAGES;

/** Reserved for one request: give back what it really cost. */
export interface Reservation {
  /** The answer may be this long. */
  most_output: number;
  settle(cost?: { input_tokens: number; output_tokens: number }): void;
}

/**
 * Sets tokens aside for one request in all budgets, or says in words why one has too little left. Where what is under way
 * may still give back enough, waits for it. The answer is shortened to what is left. @throws the signal's reason.
 */
export async function reserve(
  budgets: Budget[],
  input: number,
  mostOutput: number,
  signal?: AbortSignal,
): Promise<Reservation | string> {
  for (;;) {
    signal?.throwIfAborted();
    const refusal = budgets.flatMap((budget) => refusalOf(budget, input) ?? []).at(0);
    if (refusal !== undefined) return refusal;
    const full = budgets.find((budget) => leftOf(budget) - budget.reserved < input + LEAST_ANSWER);
    if (!full) return setAside(budgets, input, mostOutput);
    await somethingEnded(full, signal);
  }
}

const somethingEnded = (budget: Budget, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const goOn = () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    };
    const giveUp = () => {
      budget.waiting = budget.waiting.filter((tell) => tell !== goOn);
      reject(signal?.reason);
    };
    budget.waiting.push(goOn);
    signal?.addEventListener('abort', giveUp, { once: true });
  });

function setAside(budgets: Budget[], input: number, mostOutput: number): Reservation {
  const left = Math.min(...budgets.map((budget) => leftOf(budget) - budget.reserved));
  const most_output = Math.min(mostOutput, left - input);
  const reserved = input + most_output;
  for (const budget of budgets) {
    budget.reserved += reserved;
    budget.open += 1;
    if (isDown(budget)) budget.down_at = timeOf(budget);
  }
  let open = true;
  return {
    most_output,
    settle(cost) {
      if (!open) return;
      open = false;
      for (const budget of budgets) {
        budget.reserved -= reserved;
        budget.open -= 1;
        if (cost) {
          budget.usage.calls += 1;
          budget.usage.input_tokens += cost.input_tokens;
          budget.usage.output_tokens += cost.output_tokens;
        }
        for (const tell of budget.waiting.splice(0)) tell();
      }
    },
  };
}

const leftOf = (budget: Budget): number => budget.cap - spentOf(budget);

/** Why a budget is used up for good; what is only set aside may come back. */
function refusalOf(budget: Budget, input: number): string | undefined {
  if (budget.usage.calls + budget.open >= budget.most_calls)
    return `${budget.most_calls} calls were made in ${budget.scope}`;
  if (isDown(budget) && (!budget.now || timeOf(budget) - budget.down_at < REST_MS))
    return `the endpoint gave no answer ${MOST_OUTAGES} times in a row in ${budget.scope}`;
  return leftOf(budget) < input + LEAST_ANSWER ? `spend cap of ${budget.cap} tokens reached` : undefined;
}

/** Four characters a token: where an endpoint does not say what it counted, and before it can. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

/** The same model, its questions charged to a budget as well. */
export function charging(llm: Llm, budget: Budget): Llm {
  return {
    model: llm.model,
    usage: budget.usage,
    charges: true,
    async ask(request) {
      const budgets = [...(request.budgets ?? []), budget];
      if (llm.charges) return llm.ask({ ...request, budgets });
      const { name, system, prompt, schema, signal } = request;
      const input = tokensOf(system + prompt);
      const reservation = await reserve(budgets, input, LEAST_ANSWER, signal);
      if (typeof reservation === 'string') {
        for (const each of budgets) each.unasked += 1;
        return { ok: false, failure: reservation };
      }
      try {
        const answer = await llm.ask({ name, system, prompt, schema, signal });
        const output_tokens = answer.ok ? tokensOf(JSON.stringify(answer.value) ?? '') : 0;
        reservation.settle({ input_tokens: input, output_tokens });
        if (!answer.ok) for (const each of budgets) each.usage.failures += 1;
        return answer;
      } finally {
        reservation.settle();
      }
    },
  };
}

/** What was spent, in one line for people and notes; undefined where nothing was asked. */
export function spendingText(budget: Budget): string | undefined {
  const { usage, unasked, cap, scope } = budget;
  const { calls, cached, input_tokens, output_tokens, failures } = usage;
  if (calls + cached + failures + unasked === 0) return undefined;
  const of = Number.isFinite(cap) ? ` of ${cap} tokens` : ' tokens';
  const parts = [
    `${calls} ${calls === 1 ? 'call' : 'calls'}`,
    `${cached} answered from the cache`,
    `${input_tokens} input and ${output_tokens} output tokens (${spentOf(budget)}${of} for ${scope})`,
    `${failures} without a usable answer`,
    ...(unasked > 0 ? [`${unasked} not asked, heuristics stand`] : []),
  ];
  return `language model: ${parts.join(', ')}`;
}
