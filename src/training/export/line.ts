/**
 * Rows as lines of JSON that every reader takes. Hugging Face `datasets` takes the type of a column from the first ten megabytes
 * and fails on what differs later: so every line of a format has the same keys, what is absent is '' and not null, and a number
 * that may have a fraction is written with one.
 */
import type { PreferenceExample, TrainingExample } from '../../types/training.ts';

/** The JSON of a row. Readers that split text at Unicode's line ends (Python's splitlines) must not find one inside. */
export const lineOf = (row: Record<string, unknown>): string =>
  `${JSON.stringify(row).replace(/[\u0085\u2028\u2029]/gu, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;

/** A number that is written with a fraction though it has none: 2.0. */
export const decimal = (value: number): unknown =>
  // Node has had it since 21; TypeScript does not know it yet.
  (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(
    Number.isInteger(value) ? `${value}.0` : String(value),
  );

/** Where a row came from. */
export interface RowMetadata {
  source: string;
  action_pair_id: string;
  workflow_id: string;
  retry_count: number;
  item_id: string;
  /** Of the run: a prompt does not show what came back between them. */
  steps: number;
  /** Under which terms it may be used; '' where nobody said. */
  licence: string;
  consent: string;
  /** Secrets were taken out of it. */
  redacted: boolean;
}

export const metadataOf = ({
  source,
  action_pair_id = '',
  workflow_id = '',
  retry_count,
  item_id,
  steps = 1,
  licence = '',
  consent = '',
  redacted,
}: TrainingExample): RowMetadata => ({
  source,
  action_pair_id,
  workflow_id,
  retry_count,
  item_id,
  steps,
  licence,
  consent,
  redacted: redacted === true,
});

/** Of a pair: that of the run whose answer is preferred, where the split holds it, and what says that it is. */
export const pairMetadataOf = (
  pair: PreferenceExample,
  chosen: RowMetadata | undefined,
): Record<string, unknown> => ({
  ...(chosen ?? {
    source: '',
    action_pair_id: '',
    workflow_id: '',
    retry_count: -1,
    item_id: pair.chosen_item,
    steps: -1,
    redacted: false,
  }),
  // Both runs' terms hold for the pair.
  licence: pair.licence ?? '',
  consent: pair.consent ?? '',
  rejected_item_id: pair.rejected_item,
  preferred_by: pair.source,
  strength: decimal(pair.strength),
  confidence: decimal(pair.confidence),
});
