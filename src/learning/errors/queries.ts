/** What was tried after a statement failed: what was looked at, and how the next statement differed. */
import type { Act } from './changes.ts';
import type { Reading } from './reading.ts';
import { type Change, changeBetween, type Statement } from './statements.ts';

export interface Tried {
  step: number;
  act: Act;
  worked: boolean;
}

/** The tries of `statement` again, in order, each with the act that it was; until one worked. */
export function statementAttempts(
  { steps, failures, statement: statementAt }: Reading,
  step: number,
  statement: Statement,
  last: number,
  isWorking: (step: number) => boolean,
): Tried[] {
  const tries: Tried[] = [];
  let looked: Statement[] = [];
  let previous = statement;
  for (let next = step + 1; next < steps.length && next <= last; next += 1) {
    const again = statementAt(next);
    if (!again) continue;
    // The work itself is tried again, or what failed was looking, and it is looked again.
    if (again.purpose !== 'query' && again.purpose !== statement.purpose) {
      if (failures[next] === undefined) looked.push(again);
      continue;
    }
    const worked = isWorking(next);
    const act = actOf(looked, changeBetween(previous, again));
    if (act) tries.push({ step: next, act, worked });
    if (worked) break;
    looked = [];
    previous = again;
  }
  return tries;
}

const CHANGES: Record<Exclude<Change, 'same'>, string> = {
  table: 'try another table name, without looking',
  join: 'join another table',
  column: 'try other column names, without looking',
  qualify: 'write the column with its table: `table.column`',
  group: 'change the GROUP BY',
  alias: 'give the derived table an alias',
  aggregate: 'aggregate other columns',
  simplify: 'leave part of the statement out',
  quote: 'quote names or values in another way',
  rewrite: 'write the statement in another way',
};

function actOf(looked: Statement[], change: Change): Act | undefined {
  const purposes = new Set(looked.map(({ purpose }) => purpose));
  const tables = purposes.has('tables');
  const columns = purposes.has('columns') || purposes.has('rows');
  const first = looked.find(({ purpose }) => purpose === 'columns')?.text ?? '';
  const describe = `\`${/^show\s/iu.test(first) ? 'SHOW COLUMNS FROM' : 'DESCRIBE'} table\``;
  const rows = purposes.has('rows') && !purposes.has('columns') ? '`SELECT * FROM table LIMIT 1`' : describe;
  if (tables)
    return {
      kind: 'look: tables',
      text: columns
        ? `list the tables (\`SHOW TABLES\`), look at those that fit (${rows}), then use their names`
        : 'list the tables (`SHOW TABLES`), then use one that is there',
    };
  if (columns)
    return { kind: 'look: columns', text: `look at the table (${rows}), then use columns that it has` };
  return change === 'same' ? undefined : { kind: `statement: ${change}`, text: CHANGES[change] };
}
