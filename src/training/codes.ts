/**
 * Every error of training data in one table, in the families of seed 002: 70 extraction, 71 filter, 72 datasets, 73 preferences,
 * 74 evaluation, 75 settings, 79 what it is handed to. The reference is rendered from it.
 */
import { type ErrorKind, KnowhowError } from '../errors.ts';

interface Row {
  kind: ErrorKind;
  name: string;
  /** What has happened, in one sentence. */
  means: string;
  /** What to do next. */
  hint: string;
}

export const TRAINING_CODES = {
  E7000: {
    kind: 'bad_record',
    name: 'extraction_stopped',
    means: 'Too many of the runs that were looked at last cannot be read as examples; nothing was built.',
    hint: 'The counts say why; `knowhow doctor` looks at the store.',
  },
  E7001: {
    kind: 'caller',
    name: 'unknown_rule',
    means: 'No data rule has this name.',
    hint: '`knowhow datasets build --help` lists them.',
  },
  E7002: {
    kind: 'caller',
    name: 'bad_rule',
    means: 'The data rule cannot be read.',
    hint: '`knowhow datasets build --help` shows how rules are written.',
  },
  E7003: {
    kind: 'caller',
    name: 'no_runs',
    means: 'No run is stored in the projects asked for.',
    hint: 'Record or import runs first: `knowhow import --help`.',
  },
  E7004: {
    kind: 'caller',
    name: 'nothing_selected',
    means: 'The data rule selects no run.',
    hint: 'Take a wider rule, such as --rule all.',
  },
  E7005: {
    kind: 'unavailable',
    name: 'forgotten_meanwhile',
    means: 'Runs were forgotten while they were read; nothing was built.',
    hint: 'Build again.',
  },
  E7100: {
    kind: 'caller',
    name: 'nothing_accepted',
    means: 'No example was good enough; what is doubtful waits for review.',
    hint: '`knowhow datasets review` shows what waits and takes decisions.',
  },
  E7101: {
    kind: 'caller',
    name: 'unknown_review',
    means: 'Nothing of this id waits for review, or ever did.',
    hint: '`knowhow datasets review` lists what waits.',
  },
  E7102: {
    kind: 'caller',
    name: 'review_decided',
    means: 'A person decided otherwise before.',
    hint: 'Pass --again to change the decision.',
  },
  E7103: {
    kind: 'caller',
    name: 'for_people',
    means: 'An agent alone may reject examples, not accept them, nor change what a person decided.',
    hint: 'Let a person decide: review_examples with ask, or `knowhow datasets review`.',
  },
  E7200: {
    kind: 'caller',
    name: 'unknown_dataset',
    means: 'No dataset has this name.',
    hint: '`knowhow datasets list` shows what there is.',
  },
  E7201: {
    kind: 'caller',
    name: 'unknown_version',
    means: 'The dataset has no such version.',
    hint: '`knowhow datasets list` shows what there is.',
  },
  E7202: {
    kind: 'caller',
    name: 'bad_dataset_name',
    means:
      'A dataset is named by 1 to 64 small letters, digits, dots, dashes and underscores, a letter or digit first.',
    hint: 'Choose such a name.',
  },
  E7203: {
    kind: 'unavailable',
    name: 'built_meanwhile',
    means: 'Another build wrote this version first; nothing of this one was kept.',
    hint: 'Build again: it adds to what the other wrote.',
  },
  E7204: {
    kind: 'bad_record',
    name: 'damaged_dataset',
    means: 'A file of the dataset is missing or is not what was written.',
    hint: 'Restore it from a copy, or build the dataset under another name.',
  },
  E7205: {
    kind: 'operator',
    name: 'place_unreachable',
    means: 'The place where datasets are kept cannot be reached.',
    hint: 'Check training.datasets in the configuration, the credentials and the network.',
  },
  E7206: {
    kind: 'operator',
    name: 'place_unwritable',
    means: 'The place where datasets are kept cannot be written, or is full; no version was made.',
    hint: 'Make room, or check what may be written there.',
  },
  E7207: {
    kind: 'operator',
    name: 'place_unsafe',
    means: 'The object storage does not heed If-None-Match, so two builds could overwrite each other.',
    hint: 'Use one that does (S3, MinIO, R2), or a directory.',
  },
  E7208: {
    kind: 'operator',
    name: 'newer_dataset',
    means: 'The dataset was written by a newer Knowhow.',
    hint: 'Update Knowhow.',
  },
  E7300: {
    kind: 'caller',
    name: 'no_pairs',
    means: 'The split holds no preference pairs.',
    hint: 'Pairs need judged attempts at one task that ended differently; see `knowhow preferences`.',
  },
  E7301: {
    kind: 'caller',
    name: 'one_sided',
    means: 'The split holds answers of one kind only, and this format needs accepted and rejected ones.',
    hint: 'Build with negatives, or choose another format.',
  },
  E7400: {
    kind: 'caller',
    name: 'no_tasks',
    means: 'There is no held-out task to evaluate on.',
    hint: 'Name a dataset with a test split, or a file of tasks with --tasks.',
  },
  E7401: {
    kind: 'caller',
    name: 'not_held_out',
    means: 'Tasks to be evaluated on were trained on.',
    hint: 'Pass --skip-seen to leave them out, or evaluate on the test split of the dataset.',
  },
  E7402: {
    kind: 'operator',
    name: 'guard_fatal',
    means: 'A guard said that going on makes no sense; the evaluation stopped.',
    hint: 'What --out wrote says which guard, at which task.',
  },
  E7403: {
    kind: 'unavailable',
    name: 'solver_down',
    means: 'The solver does not answer.',
    hint: 'Check its address or command, and that it runs; a busy one may want a smaller --concurrency. With --out the same command goes on.',
  },
  E7404: {
    kind: 'caller',
    name: 'bad_task',
    means: 'A task cannot be read, or what judges it cannot be used.',
    hint: 'Mend what it comes from: docs/model-evaluation.md shows tasks and guards, docs/datasets.md lists of tasks to keep out.',
  },
  E7405: {
    kind: 'caller',
    name: 'not_comparable',
    means: 'The two reports are not of the same tasks, cap and prompts.',
    hint: 'Evaluate both on the same tasks with the same settings.',
  },
  E7406: {
    kind: 'caller',
    name: 'no_guard',
    means: 'Nothing judges the answers to a task.',
    hint: 'Give --guard or --schema, tasks with a guard, or --recorded-checks to run those that recorded runs brought along.',
  },
  E7407: {
    kind: 'caller',
    name: 'other_evaluation',
    means: 'What lies beside the report is of an evaluation with other tasks or settings.',
    hint: 'Pass --again to start over, or write the report elsewhere.',
  },
  E7408: {
    kind: 'caller',
    name: 'bad_report',
    means: 'The report to compare with cannot be read.',
    hint: 'Name what an earlier `knowhow evaluate --out FILE` wrote.',
  },
  E7409: {
    kind: 'operator',
    name: 'journal_unwritable',
    means: 'What is finished of an evaluation cannot be kept beside its report.',
    hint: 'Check the path and make room; then the same command goes on with what is kept.',
  },
  E7500: {
    kind: 'caller',
    name: 'bad_setting',
    means: 'A setting is out of its range.',
    hint: 'See `knowhow datasets build --help` or `knowhow evaluate --help`.',
  },
  E7501: {
    kind: 'caller',
    name: 'unknown_export_format',
    means: 'There is no such export format.',
    hint: '`knowhow datasets export --help` lists them.',
  },
  E7502: {
    kind: 'caller',
    name: 'bad_tokenizer',
    means: 'The tokenizer cannot be read.',
    hint: 'Name the folder of a model that holds tokenizer.json.',
  },
  E7900: {
    kind: 'operator',
    name: 'export_unwritable',
    means: 'The export cannot be written, or the disk is full; nothing was left behind.',
    hint: 'Check the path and make room.',
  },
  E7901: {
    kind: 'caller',
    name: 'nothing_to_export',
    means: 'The split holds nothing that this format can tell.',
    hint: '`knowhow datasets show` says what each split holds.',
  },
} satisfies Record<`E7${number}`, Row>;

export type TrainingCode = keyof typeof TRAINING_CODES;

/** The error of this code, with what is particular about it. Never quotes stored text. */
export function trainingError(code: TrainingCode, particular?: string, options?: ErrorOptions): KnowhowError {
  const { kind, means, hint }: Row = TRAINING_CODES[code];
  return new KnowhowError(kind, code, particular ? `${means} ${particular}` : means, hint, options);
}
