/**
 * A guard that is a shell command, in a throw-away directory. The answer lies in a file there (`answer.txt`, or as the guard
 * says; its name is in `$ANSWER_FILE`) and comes on stdin; `$TASK_ID` names the task, `$STARTED_IN` the folder that Knowhow was started in.
 *
 * Exit 0 accepts. What it prints, the end of it, is the feedback. Exit 113 is fatal. Instead it may print one JSON
 * object, `{"passed": false, "feedback": "…", "fatal": true}`: that can refuse in spite of exit 0, never accept in spite of another.
 */
import { z } from 'zod';
import { isInside } from '../../exec/inside.ts';
import { type Ran, runCommand } from '../../exec/run-command.ts';
import { cleanText, jsonIn } from '../../text.ts';
import { trainingError } from '../codes.ts';
import { type Guard, type Trouble, tooLate, type Verdict } from './guard.ts';
import type { CommandGuard } from './task.ts';

const FATAL_EXIT = 113;
const ANSWER_FILE = 'answer.txt';
const LONGEST_FEEDBACK = 2_000;
const OUTPUT_BYTES = 1_000_000;

export interface CommandGuardLimits {
  timeoutMs: number;
  memoryMb: number;
  startedIn: string;
}

/** @throws KnowhowError `E7404` where a path of it leads out of its directory. */
export function commandGuard(spec: CommandGuard, limits: CommandGuardLimits): Guard {
  const { command, files = {}, answer_file = ANSWER_FILE } = spec;
  if (![answer_file, ...Object.keys(files)].every(isInside))
    throw trainingError('E7404', 'A file of its guard is not below the directory of the guard.');
  const timeoutMs = spec.timeout_ms ?? limits.timeoutMs;
  const memoryMb = spec.memory_mb ?? limits.memoryMb;
  return async (answer, task, signal) => {
    const ran = await runCommand(
      command,
      {
        files: { ...files, [answer_file]: answer },
        stdin: answer,
        env: { ANSWER_FILE: answer_file, TASK_ID: task.id, STARTED_IN: limits.startedIn },
      },
      { timeoutMs, memoryMb, outputBytes: OUTPUT_BYTES, signal },
    );
    return verdictOf(ran, { timeoutMs, memoryMb });
  };
}

const Said = z.object({
  passed: z.boolean(),
  feedback: z.string().default(''),
  fatal: z.boolean().default(false),
});

function verdictOf(ran: Ran, limits: { timeoutMs: number; memoryMb: number }): Verdict {
  const said = Said.safeParse(jsonIn(ran.stdout)).data;
  const feedback = endOf(cleanText(said ? said.feedback : `${ran.stdout}\n${ran.stderr}`).trim());
  if (ran.ended !== 'exit')
    return inTrouble(ran.ended === 'signal' ? 'crashed' : ran.ended, limits, feedback);
  if (ran.code === FATAL_EXIT || said?.fatal) return { passed: false, feedback, fatal: true };
  // 126, 127: nothing that could be run. Above 128: ended by a signal.
  if (ran.code === 126 || ran.code === 127 || Number(ran.code) > 128)
    return inTrouble('crashed', limits, feedback);
  return { passed: ran.code === 0 && said?.passed !== false, feedback };
}

function inTrouble(
  trouble: Trouble,
  limits: { timeoutMs: number; memoryMb: number },
  feedback: string,
): Verdict {
  const why: Record<Trouble, string> = {
    timeout: tooLate(limits.timeoutMs),
    memory: `The check took more than ${limits.memoryMb} MB of memory.`,
    output: `The check printed more than ${OUTPUT_BYTES} bytes.`,
    processes: 'The check started too many processes.',
    crashed: 'The check broke.',
    unusable: 'The check cannot be used.',
  };
  return { passed: false, trouble, feedback: [why[trouble], feedback].filter(Boolean).join('\n') };
}

const endOf = (text: string): string =>
  (text.length > LONGEST_FEEDBACK ? `…${text.slice(1 - LONGEST_FEEDBACK)}` : text).toWellFormed();
