/** Whether TypeScript or JavaScript parses, and what it declares, loads and uses. Nothing is executed. */
import type { ts as TypeScript } from 'ts-morph';

export interface Script {
  declared: Set<string>;
  /** '' for one that is not named by a literal. */
  modules: string[];
  /** Names that are used but not declared in the code: `fetch`, `process` of `process.exit()`. Types aside. */
  outside: string[];
}

/** Undefined when it does not parse, or holds types although it is called JavaScript. */
export async function readScript(
  code: string,
  language: 'typescript' | 'javascript',
): Promise<Script | undefined> {
  // The compiler takes a quarter of a second to load: only where there is code to judge.
  const { ts } = await import('ts-morph');
  const endings = language === 'typescript' ? ['ts', 'tsx'] : ['js', 'jsx'];
  for (const ending of endings) {
    try {
      const fileName = `code.${ending}`;
      const { diagnostics } = ts.transpileModule(code, {
        fileName,
        reportDiagnostics: true,
        compilerOptions: {
          target: ts.ScriptTarget.ESNext,
          module: ts.ModuleKind.ESNext,
          jsx: ts.JsxEmit.Preserve,
        },
      });
      if (diagnostics?.length === 0)
        return namesIn(ts, ts.createSourceFile(fileName, code, ts.ScriptTarget.ESNext, true));
    } catch {
      // The parser is recursive: code nested thousands deep ends its stack, and is no code for anybody.
    }
  }
  return undefined;
}

function namesIn(ts: typeof TypeScript, file: TypeScript.SourceFile): Script {
  const declared = new Set<string>();
  const modules: string[] = [];
  const used = new Set<string>();
  const declares = [
    ts.isVariableDeclaration,
    ts.isParameter,
    ts.isBindingElement,
    ts.isFunctionDeclaration,
    ts.isFunctionExpression,
    ts.isClassDeclaration,
    ts.isClassExpression,
    ts.isInterfaceDeclaration,
    ts.isTypeAliasDeclaration,
    ts.isEnumDeclaration,
    ts.isImportClause,
    ts.isImportSpecifier,
    ts.isNamespaceImport,
  ];
  const literal = (node: TypeScript.Node | undefined): string =>
    node && ts.isStringLiteralLike(node) ? node.text : '';
  const visit = (node: TypeScript.Node): void => {
    if (ts.isTypeNode(node)) return;
    const { name } = node as { name?: TypeScript.Node };
    if (name && ts.isIdentifier(name) && declares.some((is) => is(node))) declared.add(name.text);
    if (ts.isIdentifier(node)) {
      const parent = node.parent as { name?: TypeScript.Node; propertyName?: TypeScript.Node };
      const names = parent.name === node && !ts.isShorthandPropertyAssignment(node.parent);
      if (!names && parent.propertyName !== node) used.add(node.text);
    }
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      modules.push(literal(node.moduleSpecifier));
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const named = ts.isIdentifier(expression) && expression.text === 'require';
      if (named || expression.kind === ts.SyntaxKind.ImportKeyword) modules.push(literal(node.arguments[0]));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { declared, modules, outside: [...used].filter((name) => !declared.has(name)) };
}
