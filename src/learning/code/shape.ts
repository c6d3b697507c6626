/**
 * The shape of a piece of code: its syntax tree without what may differ between two writings of the same idea.
 * Local names are numbered holes, names from elsewhere in the project and literals are holes too; types, `export`,
 * `let` or `const`, and `function f() {}` or `const f = () => …` make no difference. Property names, globals and
 * imports from packages stay: they tell what the code does.
 */
import { createHash } from 'node:crypto';
import type { ts } from 'ts-morph';
import { GLOBAL_VALUES } from './globals.ts';
import type { Nature } from './nature.ts';
import type { Compiler, Node } from './parse.ts';
import { type Imports, isRelative, type Unit } from './units.ts';

/** A place in a shape that each writing fills in its own way. */
export interface Hole {
  value: string;
  type: 'string' | 'number' | 'regexp' | 'function' | 'unknown';
  /** What the value is for, as far as its surroundings say. */
  role: string;
}

export interface Shape {
  /** Equal keys: the same code but for names, literals and types. */
  key: string;
  /** Syntax nodes that count, types left out. */
  nodes: number;
  /** Literals and names from elsewhere in the project, in order. Equal shapes have equally many. */
  holes: Hole[];
  /** Package imports that the code needs, as names of the file. */
  packages: string[];
}

/**
 * The shape of a unit, or of what remains of it when one statement is left out.
 * @param without the statement to leave out.
 */
export function shapeOf(
  compiler: Compiler,
  unit: Unit,
  nature: Nature,
  imports: Imports,
  without?: Node,
): Shape {
  const { SyntaxKind } = compiler;
  const tokens: string[] = [];
  const numbers = new Map<string, number>();
  const elsewhere = new Map<string, number>();
  const holes: Hole[] = [];
  const packages = new Set<string>();
  let nodes = 0;

  const local = (name: string) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    tokens.push(`$${number}`);
  };

  const identifier = (node: ts.Identifier) => {
    const name = node.text;
    if (nature.locals.has(name)) return local(name);
    const from = imports.get(name);
    if (from && !isRelative(from.module)) {
      packages.add(name);
      return tokens.push(`${from.module.replace(/^node:/u, '')}#${from.imported}`);
    }
    if (!from && GLOBAL_VALUES.has(name)) return tokens.push(name);
    const number = elsewhere.get(name) ?? elsewhere.size;
    if (!elsewhere.has(name)) {
      const called = compiler.isCallExpression(node.parent) && node.parent.expression === node;
      holes.push({ value: name, type: called ? 'function' : 'unknown', role: name });
    }
    elsewhere.set(name, number);
    return tokens.push(`?${number}`);
  };

  const literal = (node: Node, type: Hole['type'], value: string) => {
    holes.push({ value, type, role: roleOf(compiler, node) });
    tokens.push(`<${type}>`);
  };

  /** A name that tells: of a property, a key, a method. */
  const named = (name: Node) => {
    if (compiler.isPrivateIdentifier(name)) local(name.text);
    else if (compiler.isIdentifier(name) || compiler.isStringLiteralLike(name)) tokens.push(`.${name.text}`);
    else visit(name);
  };

  const list = (kind: string, children: readonly (Node | undefined)[]) => {
    tokens.push(`(${kind}`);
    for (const child of children) if (child) visit(child);
    tokens.push(')');
  };

  const functionLike = (node: ts.FunctionLikeDeclaration) => {
    const modifiers = compiler.canHaveModifiers(node) ? compiler.getModifiers(node) : undefined;
    const async = modifiers?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword) ? ' async' : '';
    list(`fn${async}${node.asteriskToken ? ' *' : ''}`, node.parameters);
    if (!node.body) return;
    if (compiler.isBlock(node.body)) visit(node.body);
    // `() => x` is `() => { return x; }`.
    else {
      tokens.push('(Block (ReturnStatement');
      visit(node.body);
      tokens.push(') )');
    }
  };

  function visit(given: Node): void {
    const node = withoutTypes(compiler, given);
    if (node === undefined || node === without) return;
    nodes += 1;
    if (compiler.isIdentifier(node)) identifier(node);
    else if (compiler.isPrivateIdentifier(node)) local(node.text);
    else if (compiler.isStringLiteralLike(node)) literal(node, 'string', node.text);
    else if (compiler.isNumericLiteral(node) || compiler.isBigIntLiteral(node))
      literal(node, 'number', node.text);
    else if (compiler.isRegularExpressionLiteral(node)) literal(node, 'regexp', node.text);
    else if (
      compiler.isTemplateHead(node) ||
      compiler.isTemplateMiddle(node) ||
      compiler.isTemplateTail(node)
    )
      literal(node, 'string', node.text);
    else if (compiler.isPropertyAccessExpression(node)) {
      list(node.questionDotToken ? 'get?' : 'get', [node.expression]);
      const own = node.expression.kind === SyntaxKind.ThisKeyword && nature.privates.has(node.name.text);
      if (own) local(node.name.text);
      else named(node.name);
    } else if (compiler.isPropertyAssignment(node)) {
      named(node.name);
      visit(node.initializer);
    } else if (compiler.isShorthandPropertyAssignment(node)) {
      tokens.push(`.${node.name.text}`);
      identifier(node.name);
    } else if (compiler.isBindingElement(node)) {
      const key = node.propertyName ?? (compiler.isObjectBindingPattern(node.parent) ? node.name : undefined);
      if (key) named(key);
      list(node.dotDotDotToken ? '...' : 'bind', [node.name, node.initializer]);
    } else if (compiler.isParameter(node)) {
      list(node.dotDotDotToken ? '...' : 'param', [node.name, node.initializer]);
    } else if (compiler.isVariableDeclarationList(node)) list('let', node.declarations);
    else if (compiler.isMethodDeclaration(node) || compiler.isAccessor(node)) {
      if (!node.body) return;
      tokens.push(SyntaxKind[node.kind]);
      if (nature.privates.has(node.name.getText())) local(node.name.getText());
      else named(node.name);
      functionLike(node);
    } else if (compiler.isConstructorDeclaration(node)) {
      if (!node.body) return;
      tokens.push('constructor');
      functionLike(node);
    } else if (compiler.isPropertyDeclaration(node)) {
      // Without a value it is there for its type only.
      if (!node.initializer) return;
      if (nature.privates.has(node.name.getText())) local(node.name.getText());
      else named(node.name);
      list('property', [node.initializer]);
    } else if (compiler.isFunctionDeclaration(node)) {
      if (!node.body) return;
      if (node.name && node !== unit.node) identifier(node.name);
      functionLike(node);
    } else if (compiler.isArrowFunction(node) || compiler.isFunctionExpression(node)) functionLike(node);
    else if (compiler.isClassDeclaration(node))
      list('class', [...(node.heritageClauses ?? []), ...node.members]);
    else if (compiler.isHeritageClause(node)) {
      if (node.token === SyntaxKind.ExtendsKeyword) list('extends', node.types);
    } else if (compiler.isPrefixUnaryExpression(node) || compiler.isPostfixUnaryExpression(node)) {
      list(`${SyntaxKind[node.kind]} ${SyntaxKind[node.operator]}`, [node.operand]);
    } else if (compiler.isJsxAttribute(node) || compiler.isMetaProperty(node)) {
      tokens.push(node.getText().slice(0, 80));
      if (compiler.isJsxAttribute(node) && node.initializer) visit(node.initializer);
    } else {
      tokens.push(`(${SyntaxKind[node.kind]}`);
      compiler.forEachChild(node, visit);
      tokens.push(')');
    }
  }

  visit(unit.node);
  const key = createHash('sha256').update(tokens.join(' ')).digest('hex').slice(0, 32);
  return { key, nodes, holes, packages: [...packages] };
}

/** The expression under brackets and type assertions; undefined for what is there for its type only. */
function withoutTypes(compiler: Compiler, node: Node): Node | undefined {
  let bare = node;
  while (
    compiler.isParenthesizedExpression(bare) ||
    compiler.isAsExpression(bare) ||
    compiler.isSatisfiesExpression(bare) ||
    compiler.isNonNullExpression(bare) ||
    compiler.isTypeAssertionExpression(bare) ||
    compiler.isExpressionWithTypeArguments(bare)
  )
    bare = bare.expression;
  const typeOnly =
    compiler.isTypeNode(bare) ||
    compiler.isTypeParameterDeclaration(bare) ||
    compiler.isInterfaceDeclaration(bare) ||
    compiler.isTypeAliasDeclaration(bare);
  return typeOnly ? undefined : bare;
}

const COMPARED = /^(?:[=!]==?|[<>]=?|=|\?\?=?)$/u;

/** What a literal is for: the variable, key or function it goes to. Empty when nothing says. */
function roleOf(compiler: Compiler, node: Node): string {
  const { parent } = node;
  if (!parent) return '';
  if (
    (compiler.isVariableDeclaration(parent) ||
      compiler.isParameter(parent) ||
      compiler.isPropertyAssignment(parent) ||
      compiler.isPropertyDeclaration(parent) ||
      compiler.isBindingElement(parent)) &&
    parent.name !== node
  )
    return compiler.isIdentifier(parent.name) || compiler.isPrivateIdentifier(parent.name)
      ? parent.name.text
      : '';
  if (compiler.isCallExpression(parent) || compiler.isNewExpression(parent)) {
    const callee = parent.expression;
    if (compiler.isIdentifier(callee)) return callee.text;
    return compiler.isPropertyAccessExpression(callee) ? callee.name.text : '';
  }
  if (compiler.isBinaryExpression(parent) && COMPARED.test(parent.operatorToken.getText())) {
    const other = parent.left === node ? parent.right : parent.left;
    if (compiler.isIdentifier(other)) return other.text;
    if (compiler.isPropertyAccessExpression(other)) return other.name.text;
  }
  return '';
}
