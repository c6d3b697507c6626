/** Command `report`: whether it helps, as text, as Markdown, as a picture, as JSON. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { callerError } from '../errors.ts';
import { reportSvg } from '../feedback/uplift/figure.ts';
import { reportMarkdown } from '../feedback/uplift/markdown.ts';
import { toldReport } from '../resources/report.ts';
import { answer, globals, withContext } from './frame.ts';
import { reportText } from './report-text.ts';

interface ReportOptions {
  since?: string;
  /** true: to stdout. */
  markdown?: string | true;
  svg?: string;
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description(
      'Whether it helps: success, retries, steps and tokens with and without what is known, with intervals',
    )
    .option('--since <date>', 'leave out runs before a date, or before so long ago: 12h, 30d, 8w')
    .option('--markdown [file]', 'as a Markdown page, into the file or to stdout')
    .option('--svg <file>', 'write the figure')
    .action((options: ReportOptions, command: Command) =>
      withContext(command, async (ctx, global) => {
        // Only what was asked for on the command line narrows the report; the default project does not.
        const { project } = globals(command);
        const since = options.since === undefined ? undefined : sinceOf(options.since, ctx.now());
        const report = await toldReport(ctx, { project, since });
        const files: string[] = [];
        const write = async (path: string, text: string) => {
          await writeFile(path, text).catch((cause) => {
            throw callerError('unwritable_path', `${path} cannot be written.`, 'Check the path.', { cause });
          });
          files.push(path);
        };
        if (options.svg !== undefined) await write(options.svg, reportSvg(report));
        if (typeof options.markdown === 'string') await write(options.markdown, reportMarkdown(report));
        answer(global, report, () =>
          [
            options.markdown === true ? reportMarkdown(report) : reportText(report),
            ...(files.length > 0 ? [`Written: ${files.join(', ')}`] : []),
          ].join('\n'),
        );
      }),
    );
}

const LENGTHS: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** ISO 8601 of a date, or of so long before now. @throws KnowhowError `usage`. */
function sinceOf(text: string, now: Date): string {
  const [, count, unit = ''] = /^(\d{1,5})([hdw])$/u.exec(text.trim()) ?? [];
  const time =
    count === undefined ? dateOf(text.trim()) : now.getTime() - Number(count) * (LENGTHS[unit] ?? 0);
  if (Number.isNaN(time))
    throw callerError(
      'usage',
      'That is no date.',
      'Give --since a date, e.g. 2026-01-31, or a time back, e.g. 30d.',
    );
  return new Date(time).toISOString();
}

const dateOf = (text: string): number => (/^\d{4}-\d\d-\d\d/u.test(text) ? Date.parse(text) : Number.NaN);
