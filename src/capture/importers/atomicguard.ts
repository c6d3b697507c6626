/**
 * AtomicGuard's artifact store: each file below `objects/` is one attempt of an action pair, judged by its guard. The index
 * repeats them, and a file of results tells of whole workflows: both are named and left.
 */
import { z } from 'zod';
import { labelled } from '../../learners/artifact-label.ts';
import type { TrajectoryDraft } from '../../types.ts';
import {
  contentKey,
  isoTime,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeRecord,
  maybeText,
} from '../reading/fields.ts';
import { parseJson } from '../reading/json.ts';
import { hasKeys } from '../reading/sample.ts';
import type { SourceFile } from '../reading/source-file.ts';
import type { ImportEvent, Importer } from './types.ts';

const Guard = z.object({ passed: maybeFlag, feedback: maybeText, guard_name: maybeText, fatal: maybeFlag });

const Artifact = z.object({
  artifact_id: z.string().min(1),
  workflow_id: maybeText,
  content: z.unknown().optional(),
  previous_attempt_id: maybeText,
  action_pair_id: maybeText,
  created_at: maybeText,
  attempt_number: maybeNumber,
  status: maybeText,
  /** Older stores keep a flag here, and the words beside it. */
  guard_result: maybe(
    z.union([z.boolean().transform((passed) => ({ passed }) as z.infer<typeof Guard>), Guard]),
  ),
  feedback: maybeText,
  source: maybeText,
  context: maybe(
    z.object({ specification: maybeText, constraints: maybeText, dependency_artifacts: maybeRecord }),
  ),
  metadata: maybe(z.object({ total_tokens: maybeNumber, model: maybeText })),
});
type Artifact = z.infer<typeof Artifact>;

export const atomicguard: Importer = {
  name: 'atomicguard',
  detects: (sample) =>
    hasKeys(sample, 'artifact_id', 'action_pair_id') ||
    hasKeys(sample, 'artifacts', 'action_pairs') ||
    hasKeys(sample, 'instance_id', 'arm', 'workflow_status'),
  read,
};

async function* read(file: SourceFile): AsyncIterable<ImportEvent> {
  for await (const record of file.records()) {
    const { line } = record;
    const artifact = 'broken' in record ? undefined : Artifact.safeParse(record.value).data;
    if ('broken' in record) yield { kind: 'broken', reason: record.broken, line };
    else if (artifact === undefined) yield { kind: 'skipped', what: kindOf(record.value), line };
    else {
      const { previous_attempt_id: previous } = artifact;
      yield {
        kind: 'trajectory',
        key: keyOf(artifact.artifact_id),
        ...(previous ? { parent_key: keyOf(previous) } : {}),
        draft: draftOf(artifact),
        line,
      };
    }
  }
}

const keyOf = (id: string) => `atomicguard/${id}`;

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'not an object';
  if ('artifacts' in value) return 'index of artifacts';
  return 'workflow_status' in value ? 'result of a workflow' : 'not an artifact';
}

function draftOf(artifact: Artifact): TrajectoryDraft {
  const { workflow_id, action_pair_id: pair, guard_result: guard, metadata } = artifact;
  const content =
    typeof artifact.content === 'string' ? artifact.content : JSON.stringify(artifact.content ?? '');
  const specification = specificationOf(artifact);
  const feedback = guard?.feedback ?? artifact.feedback ?? '';
  const outcome = outcomeOf(artifact, feedback);
  return {
    // The steps of a workflow share its specification; what they are asked for differs.
    task: {
      description: specification || pair || 'an artifact',
      id: [pair, contentKey(specification)].filter((part) => part !== undefined).join('/'),
    },
    steps: [
      {
        // A model's answer, not a call: there is nothing in it that another run could do again.
        action: labelled(pair, content),
        observation: feedback,
        ...(outcome.success === false && feedback !== '' ? { error: feedback } : {}),
      },
    ],
    outcome,
    agent: 'atomicguard',
    model: metadata?.model,
    workflow: workflow_id,
    action_pair: pair,
    started_at: isoTime(artifact.created_at),
    ...(feedback === '' ? {} : { feedback: [{ text: feedback, from: guard?.guard_name ?? 'guard' }] }),
    ...(metadata?.total_tokens && metadata.total_tokens > 0
      ? { usage: { tokens: Math.round(metadata.total_tokens) } }
      : {}),
    metadata: metadataOf(artifact),
  };
}

/** Some keep what was asked as JSON of a text, with more behind it. */
function specificationOf({ context }: Artifact): string {
  const text = context?.specification ?? '';
  const quoted = /^\s*"(?:[^"\\]|\\.)*"/s.exec(text)?.[0] ?? '';
  const inner = quoted === '' ? undefined : parseJson(quoted);
  const asked = typeof inner === 'string' ? inner + text.slice(quoted.length) : text;
  return [asked, context?.constraints ?? '']
    .map((part) => part.trim())
    .filter(Boolean)
    .join('\n\n');
}

function metadataOf({ attempt_number, source, status, context }: Artifact): Record<string, unknown> {
  const built_on = context?.dependency_artifacts;
  return {
    ...(attempt_number === undefined ? {} : { attempt: attempt_number }),
    ...(source === undefined ? {} : { source }),
    // Every other status follows from what the guard said; this one says what became of it since.
    ...(status === 'superseded' ? { status } : {}),
    ...(built_on === undefined || Object.keys(built_on).length === 0 ? {} : { built_on }),
  };
}

/** What the guard said; where it has not looked yet, nobody knows. A guard that asks a person says a person's word. */
function outcomeOf({ guard_result, status }: Artifact, feedback: string): TrajectoryDraft['outcome'] {
  const byStatus = status === 'accepted' ? true : status === 'rejected' ? false : undefined;
  const success = status === 'pending' ? undefined : (guard_result?.passed ?? byStatus);
  if (success === undefined)
    return { success: null, verdict: { source: 'unknown', detail: `status ${status ?? 'missing'}` } };
  const guard = guard_result?.guard_name;
  return {
    success,
    ...(success || feedback === '' ? {} : { error: feedback }),
    verdict: {
      source: /human/i.test(guard ?? '') ? 'human' : 'test',
      detail: guard ?? `status ${status ?? 'missing'}`,
    },
  };
}
