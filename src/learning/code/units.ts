/** What in a file could be a concept: its functions and small classes, with what they need from around them. */
import type { ts } from 'ts-morph';
import { type Compiler, type Node, type SourceFile, walk } from './parse.ts';

export type FunctionNode = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;

export interface Unit {
  name: string;
  node: FunctionNode | ts.ClassDeclaration;
  /** As it can stand alone: as written, from `export` to the end; a method as a function. */
  text: string;
  /** Where the text begins in the file of the node. */
  start: number;
  /** Only a unit if it does without `this`, as it was written as a method. */
  method: boolean;
}

/** A name that a file takes from elsewhere. */
export interface Import {
  module: string;
  imported: string;
  /** The import statement as written. */
  text: string;
}

export type Imports = Map<string, Import>;

/** A program's entry, not something to call. */
const ENTRY = /^(?:main|cli|bootstrap|program|app|setup|teardown)$/iu;

export const isRelative = (module: string): boolean => /^(?:\.|\/|[a-z]:|file:|#|@\/|~)/iu.test(module);

/**
 * The named functions and classes at the top of a file; of an entry its functions, of a class or an object its
 * methods as well.
 */
export function unitsOf(compiler: Compiler, file: SourceFile): Unit[] {
  return file.statements.flatMap((statement) => {
    const unit = unitOf(compiler, statement, file);
    const inside = unit && ENTRY.test(unit.name) ? nestedIn(compiler, unit.node, file) : [];
    return [...(unit ? [unit] : []), ...inside, ...methodsOf(compiler, statement, file)].filter(
      ({ name }) => name !== '' && !ENTRY.test(name),
    );
  });
}

function nestedIn(compiler: Compiler, node: Unit['node'], file: SourceFile): Unit[] {
  const body = compiler.isClassDeclaration(node) ? undefined : node.body;
  return body && compiler.isBlock(body)
    ? body.statements.flatMap((statement) => unitOf(compiler, statement, file) ?? [])
    : [];
}

/** The methods of a class, and of an object that a name is given, each as a function of its own. */
function methodsOf(compiler: Compiler, statement: ts.Statement, file: SourceFile): Unit[] {
  const declaration = compiler.isVariableStatement(statement)
    ? statement.declarationList.declarations[0]
    : undefined;
  const value = declaration?.initializer;
  const members = compiler.isClassDeclaration(statement)
    ? statement.members
    : value && compiler.isObjectLiteralExpression(value)
      ? value.properties
      : [];
  const owner =
    (compiler.isClassDeclaration(statement) ? statement.name : declaration?.name)?.getText(file) ?? '';
  return [...members].flatMap((member): Unit[] => {
    if (compiler.isMethodDeclaration(member)) {
      if (!member.body || !compiler.isIdentifier(member.name)) return [];
      const kinds = (member.modifiers ?? []).map(({ kind }) => kind);
      const isAsync = kinds.includes(compiler.SyntaxKind.AsyncKeyword) ? 'async ' : '';
      const { text: name } = member.name;
      const rest = file.text.slice(member.name.end, member.end);
      const text = `${isAsync}function${member.asteriskToken ? '*' : ''} ${name}${rest}`;
      return alone(compiler, file, name, text, owner);
    }
    if (!compiler.isPropertyAssignment(member) || !compiler.isIdentifier(member.name)) return [];
    const { text: name } = member.name;
    const node = asFunction(compiler, member.initializer);
    return node ? alone(compiler, file, name, `const ${name} = ${node.getText(file)};`, owner) : [];
  });
}

/** A function in a text of its own, where it calls itself by its own name. */
function alone(compiler: Compiler, from: SourceFile, name: string, text: string, owner: string): Unit[] {
  const called = ['this', owner].filter((of) => of !== '').map((of) => `${of}.${name}(`);
  const own = dedent(called.reduce((code, of) => code.replaceAll(of, `${name}(`), text));
  const file = compiler.createSourceFile(from.fileName, own, compiler.ScriptTarget.Latest, true);
  const [statement] = file.statements;
  const unit = statement && unitOf(compiler, statement, file);
  return unit ? [{ ...unit, method: true }] : [];
}

/** All lines but the first as far to the left as the last one stands. */
function dedent(text: string): string {
  const indent = /\n([ \t]{1,40})[^\n]*$/u.exec(text)?.[1] ?? '';
  return indent === '' ? text : text.replaceAll(`\n${indent}`, '\n');
}

function unitOf(compiler: Compiler, statement: ts.Statement, file: SourceFile): Unit | undefined {
  const [text, start] = [statement.getText(file), statement.getStart(file)];
  if (compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement)) {
    const hasBody = compiler.isClassDeclaration(statement) || statement.body !== undefined;
    const name = statement.name?.text ?? '';
    return hasBody ? { name, node: statement, text, start, method: false } : undefined;
  }
  if (compiler.isVariableStatement(statement)) {
    const [declaration, second] = statement.declarationList.declarations;
    if (!declaration || second || !compiler.isIdentifier(declaration.name)) return undefined;
    const node = asFunction(compiler, declaration.initializer);
    return node && { name: declaration.name.text, node, text, start, method: false };
  }
  // exports.name = function …
  if (!compiler.isExpressionStatement(statement) || !compiler.isBinaryExpression(statement.expression))
    return undefined;
  const { left, right, operatorToken } = statement.expression;
  if (operatorToken.kind !== compiler.SyntaxKind.EqualsToken || !compiler.isPropertyAccessExpression(left))
    return undefined;
  if (!/^(?:module\.)?exports$/u.test(left.expression.getText(file))) return undefined;
  const node = asFunction(compiler, right);
  const name = left.name.text;
  const [unit] = node ? alone(compiler, file, name, `const ${name} = ${node.getText(file)};`, '') : [];
  return unit && { ...unit, method: false };
}

const asFunction = (compiler: Compiler, node: Node | undefined): FunctionNode | undefined =>
  node && (compiler.isArrowFunction(node) || compiler.isFunctionExpression(node)) ? node : undefined;

/** What a file imports or requires, by the name it has there. Type imports count: they are names as well. */
export function importsOf(compiler: Compiler, file: SourceFile): Imports {
  const imports: Imports = new Map();
  for (const statement of file.statements) {
    const text = statement.getText(file);
    if (compiler.isImportDeclaration(statement) && compiler.isStringLiteral(statement.moduleSpecifier)) {
      const module = statement.moduleSpecifier.text;
      const clause = statement.importClause;
      if (clause?.name) imports.set(clause.name.text, { module, imported: 'default', text });
      const bindings = clause?.namedBindings;
      if (bindings && compiler.isNamespaceImport(bindings))
        imports.set(bindings.name.text, { module, imported: '*', text });
      else if (bindings)
        for (const { name, propertyName } of bindings.elements)
          imports.set(name.text, { module, imported: (propertyName ?? name).text, text });
    } else if (compiler.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        const module = requiredModule(compiler, initializer);
        if (module === undefined) continue;
        if (compiler.isIdentifier(name)) imports.set(name.text, { module, imported: '*', text });
        else if (compiler.isObjectBindingPattern(name))
          for (const element of name.elements)
            if (compiler.isIdentifier(element.name))
              imports.set(element.name.text, {
                module,
                imported: element.propertyName?.getText(file) ?? element.name.text,
                text,
              });
      }
    }
  }
  return imports;
}

function requiredModule(compiler: Compiler, node: ts.Expression | undefined): string | undefined {
  if (!node || !compiler.isCallExpression(node) || !compiler.isIdentifier(node.expression)) return undefined;
  const [argument] = node.arguments;
  return node.expression.text === 'require' && argument && compiler.isStringLiteral(argument)
    ? argument.text
    : undefined;
}

const LONGEST_EXAMPLE = 160;

/** Calls in a file by the name called, each on one line of at most 160 characters. A function's calls of itself don't count. */
export function callsOf(compiler: Compiler, file: SourceFile): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  for (const statement of file.statements) {
    const own = unitOf(compiler, statement, file)?.name;
    walk(compiler, statement, (node) => note(node, own));
  }
  function note(node: Node, own: string | undefined) {
    if (!compiler.isCallExpression(node) && !compiler.isNewExpression(node)) return;
    if (!compiler.isIdentifier(node.expression)) return;
    if (node.end - node.getStart(file) > LONGEST_EXAMPLE * 2) return;
    const awaited = node.parent && compiler.isAwaitExpression(node.parent) ? node.parent : node;
    const text = awaited.getText(file).replace(/\s+/gu, ' ');
    if (text.length > LONGEST_EXAMPLE) return;
    const name = node.expression.text;
    if (name === own) return;
    const known = calls.get(name);
    if (!known) calls.set(name, [text]);
    else if (known.length < 8 && !known.includes(text)) known.push(text);
  }
  return calls;
}

/** How it is called, in TypeScript: `name<T>(a: A, b: B): C`, or a class with its constructor and methods. */
export function signatureOf(compiler: Compiler, { node, name }: Unit, file: SourceFile): string {
  const flat = (part: Node) => part.getText(file).replace(/\s+/gu, ' ');
  const head = (of: ts.SignatureDeclarationBase | ts.ClassDeclaration, called: string) =>
    `${called}${of.typeParameters ? `<${of.typeParameters.map(flat).join(', ')}>` : ''}`;
  const call = (of: ts.SignatureDeclarationBase, called: string) =>
    `${head(of, called)}(${of.parameters.map(flat).join(', ')})${of.type ? `: ${flat(of.type)}` : ''}`;
  if (!compiler.isClassDeclaration(node))
    return cut(`${isAsync(compiler, node) ? 'async ' : ''}${call(node, name)}`);
  const members = node.members.flatMap((member) => {
    if (compiler.isConstructorDeclaration(member)) return [call(member, 'constructor')];
    if (!compiler.isMethodDeclaration(member) || !compiler.isIdentifier(member.name)) return [];
    return [call(member, member.name.text)];
  });
  return cut(`class ${head(node, name)} { ${members.join('; ')} }`);
}

export const parameterNames = (compiler: Compiler, { node }: Unit): string[] =>
  compiler.isClassDeclaration(node)
    ? []
    : node.parameters.map(({ name }) => (compiler.isIdentifier(name) ? name.text : ''));

const cut = (text: string) => (text.length > 400 ? `${text.slice(0, 399)}…` : text);

const isAsync = (compiler: Compiler, node: FunctionNode): boolean =>
  node.type === undefined &&
  (node.modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.AsyncKeyword) ?? false);
