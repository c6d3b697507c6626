/** Conditions for LanceDB, whose `where` has no parameters: one quoting function, and columns from the table's own list. */

export type Cell = string | number;

/** Column to value, or to the values it may have; undefined entries do not filter. All must hold. */
export type Filter = Record<string, Cell | string[] | undefined>;

/** The condition as SQL; undefined when nothing filters. @throws TypeError for a column that is not in `columns`. */
export function sql(where: Filter | undefined, columns: object): string | undefined {
  const parts = Object.entries(where ?? {}).flatMap(([column, value]) => {
    if (value === undefined) return [];
    assertColumn(column, columns);
    if (!Array.isArray(value)) return [`${column} = ${quote(value)}`];
    return [value.length === 0 ? 'false' : `${column} IN (${value.map(quote).join(', ')})`];
  });
  return parts.length > 0 ? parts.join(' AND ') : undefined;
}

const quote = (value: Cell): string => `'${String(value).replaceAll("'", "''")}'`;

export function assertColumn(column: string, columns: object): void {
  if (!Object.hasOwn(columns, column)) throw new TypeError(`no lifted column "${column}"`);
}
