/**
 * The true class of a MySQL message: its error number, by the server's own message formats. Numbers, symbols and formats
 * are those of MySQL 8.0's "Server Error Message Reference"; only those that may come from a query are here.
 */
const FORMATS: [number: number, symbol: string, format: string][] = [
  [1046, 'ER_NO_DB_ERROR', 'No database selected'],
  [1048, 'ER_BAD_NULL_ERROR', "Column '%s' cannot be null"],
  [1049, 'ER_BAD_DB_ERROR', "Unknown database '%s'"],
  [1050, 'ER_TABLE_EXISTS_ERROR', "Table '%s' already exists"],
  [1051, 'ER_BAD_TABLE_ERROR', "Unknown table '%s'"],
  [1052, 'ER_NON_UNIQ_ERROR', "Column '%s' in %s is ambiguous"],
  [1053, 'ER_SERVER_SHUTDOWN', 'Server shutdown in progress'],
  [1054, 'ER_BAD_FIELD_ERROR', "Unknown column '%s' in '%s'"],
  [
    1055,
    'ER_WRONG_FIELD_WITH_GROUP',
    "Expression #%d of %s is not in GROUP BY clause and contains nonaggregated column '%s' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by",
  ],
  [1056, 'ER_WRONG_GROUP_FIELD', "Can't group on '%s'"],
  [1059, 'ER_TOO_LONG_IDENT', "Identifier name '%s' is too long"],
  [1060, 'ER_DUP_FIELDNAME', "Duplicate column name '%s'"],
  [1062, 'ER_DUP_ENTRY', "Duplicate entry '%s' for key '%s'"],
  [
    1064,
    'ER_PARSE_ERROR',
    "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '%s' at line %d",
  ],
  [1065, 'ER_EMPTY_QUERY', 'Query was empty'],
  [1066, 'ER_NONUNIQ_TABLE', "Not unique table/alias: '%s'"],
  [1091, 'ER_CANT_DROP_FIELD_OR_KEY', "Can't DROP '%s'; check that column/key exists"],
  [1093, 'ER_UPDATE_TABLE_USED', "You can't specify target table '%s' for update in FROM clause"],
  [1103, 'ER_WRONG_TABLE_NAME', "Incorrect table name '%s'"],
  [1109, 'ER_UNKNOWN_TABLE', "Unknown table '%s' in %s"],
  [1111, 'ER_INVALID_GROUP_FUNC_USE', 'Invalid use of group function'],
  [1115, 'ER_UNKNOWN_CHARACTER_SET', "Unknown character set: '%s'"],
  [1136, 'ER_WRONG_VALUE_COUNT_ON_ROW', "Column count doesn't match value count at row %d"],
  [
    1140,
    'ER_MIX_OF_GROUP_FUNC_AND_FIELDS',
    "In aggregated query without GROUP BY, expression #%d of %s contains nonaggregated column '%s'; this is incompatible with sql_mode=only_full_group_by",
  ],
  [1142, 'ER_TABLEACCESS_DENIED_ERROR', "%s command denied to user '%s'@'%s' for table '%s'"],
  [1146, 'ER_NO_SUCH_TABLE', "Table '%s' doesn't exist"],
  [1193, 'ER_UNKNOWN_SYSTEM_VARIABLE', "Unknown system variable '%s'"],
  [1221, 'ER_WRONG_USAGE', 'Incorrect usage of %s and %s'],
  [
    1222,
    'ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT',
    'The used SELECT statements have a different number of columns',
  ],
  [1235, 'ER_NOT_SUPPORTED_YET', "This version of MySQL doesn't yet support '%s'"],
  [1241, 'ER_OPERAND_COLUMNS', 'Operand should contain %d column(s)'],
  [1242, 'ER_SUBQUERY_NO_1_ROW', 'Subquery returns more than 1 row'],
  [1247, 'ER_ILLEGAL_REFERENCE', "Reference '%s' not supported (%s)"],
  [1248, 'ER_DERIVED_MUST_HAVE_ALIAS', 'Every derived table must have its own alias'],
  [1250, 'ER_TABLENAME_NOT_ALLOWED_HERE', "Table '%s' from one of the SELECTs cannot be used in %s"],
  [1264, 'ER_WARN_DATA_OUT_OF_RANGE', "Out of range value for column '%s' at row %d"],
  [1292, 'ER_TRUNCATED_WRONG_VALUE', "Truncated incorrect %s value: '%s'"],
  [1305, 'ER_SP_DOES_NOT_EXIST', '%s %s does not exist'],
  [1327, 'ER_SP_UNDECLARED_VAR', 'Undeclared variable: %s'],
  [1354, 'ER_VIEW_INVALID', "View '%s' references invalid table(s) or column(s)"],
  [1356, 'ER_VIEW_INVALID', "View '%s' references invalid table(s) or column(s) or function(s)"],
  [1365, 'ER_DIVISION_BY_ZERO', 'Division by 0'],
  [1411, 'ER_WRONG_VALUE_FOR_TYPE', "Incorrect %s value: '%s' for function %s"],
  [1525, 'ER_WRONG_VALUE', "Incorrect %s value: '%s'"],
  [
    1582,
    'ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT',
    "Incorrect parameter count in the call to native function '%s'",
  ],
  [
    1630,
    'ER_FUNC_INEXISTENT_NAME_COLLISION',
    "FUNCTION %s does not exist. Check the 'Function Name Parsing and Resolution' section in the Reference Manual",
  ],
  [1690, 'ER_DATA_OUT_OF_RANGE', "%s value is out of range in '%s'"],
  [
    3029,
    'ER_AGGREGATE_ORDER_NON_AGG_QUERY',
    'Expression #%d of ORDER BY contains aggregate function and applies to the result of a non-aggregated query',
  ],
  [
    3065,
    'ER_FIELD_IN_ORDER_NOT_SELECT',
    "Expression #%d of %s is not in SELECT list, references column '%s' which is not in SELECT list; this is incompatible with %s",
  ],
];

const compiled = FORMATS.map(([number, symbol, format]) => {
  const escaped = format.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
  const pattern = escaped.replaceAll('%s', '[^]{0,400}?').replaceAll('%d', String.raw`\d{1,9}`);
  return { name: `${number} ${symbol}`, matches: new RegExp(`^${pattern}$`, 'u') };
});

/** The error number and symbol of a message, or undefined when no format of the server fits. */
export function mysqlClass(message: string): string | undefined {
  const text = message.replace(/^Error executing query: /u, '').trim();
  return compiled.find(({ matches }) => matches.test(text))?.name;
}
