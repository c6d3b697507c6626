/**
 * What is told goes through here, when it is learned and again when it is read: text that gives a model orders never
 * becomes advice word for word. It is left out, and the record is worth no more than a run that nobody judged. Each
 * gives the record itself back where nothing was found, and undefined where nothing is left to tell.
 */
import { isInstructionLike, LEFT_OUT } from '../learners/instructions.ts';
import { suspect } from '../learners/trust.ts';
import type { CodeConcept, ErrorPattern, Parameter, Strategy } from '../types.ts';

/** Each text once looked at, and whether any was left out. */
function sieve() {
  let caught = false;
  const keeps = (text: string) => {
    const harmless = !isInstructionLike(text);
    caught ||= !harmless;
    return harmless;
  };
  return {
    caught: () => caught,
    keeps,
    say: (text: string) => (keeps(text) ? text : LEFT_OUT),
    parameters: (parameters: Parameter[]): Parameter[] =>
      parameters
        .filter(({ name, type = '' }) => keeps(`${name} ${type}`))
        .map((parameter) => ({ ...parameter, values: parameter.values.filter(keeps) })),
  };
}

/** Undefined when the advice itself is an order. A strategy that something was left out of waits as a candidate. */
export function guardStrategy(strategy: Strategy): Strategy | undefined {
  const { keeps, say, parameters, caught } = sieve();
  if (!keeps(strategy.suggestion)) return undefined;
  const { failures } = strategy.evidence;
  const guarded = {
    ...strategy,
    situation: say(strategy.situation),
    pitfalls: strategy.pitfalls.filter(keeps),
    seen_at: strategy.seen_at.filter(keeps),
    parameters: parameters(strategy.parameters),
    evidence: failures ? { ...strategy.evidence, failures: failures.filter(keeps) } : strategy.evidence,
  };
  return caught() || strategy.situation.includes(LEFT_OUT) ? waiting(suspect(guarded)) : strategy;
}

const waiting = (strategy: Strategy): Strategy =>
  strategy.status === 'active' ? { ...strategy, status: 'candidate' } : strategy;

/** Undefined when the error itself reads like an order: it would come back as name, template and signature. */
export function guardPattern(pattern: ErrorPattern): ErrorPattern | undefined {
  const { keeps, parameters, caught } = sieve();
  if (!keeps(pattern.template) || !keeps(pattern.name) || !keeps(pattern.signature)) return undefined;
  const hasFix = pattern.suggested_fix === '' || keeps(pattern.suggested_fix);
  const guarded = {
    ...pattern,
    ...(hasFix ? {} : { suggested_fix: '', support: { worked: 0, tried: 0 } }),
    fixes: pattern.fixes.filter(({ fix }) => keeps(fix)),
    examples: pattern.examples.filter(keeps),
    parameters: parameters(pattern.parameters),
  };
  return caught() ? suspect(guarded) : pattern;
}

/** Undefined when its code, its name or its signature holds an order. */
export function guardConcept(concept: CodeConcept): CodeConcept | undefined {
  const { keeps, say, parameters, caught } = sieve();
  if (![concept.name, concept.signature, concept.code, concept.language].every(keeps)) return undefined;
  const guarded = {
    ...concept,
    description: say(concept.description),
    examples: concept.examples.filter(keeps),
    parameters: parameters(concept.parameters),
  };
  return caught() ? suspect(guarded) : concept;
}
