/**
 * The common tree of a piece of TypeScript or JavaScript. Types, `export`, `let` or `const`, brackets, and
 * `function f() {}` or `const f = () => …` make no difference. Property names, globals and imports from packages stay:
 * they tell what the code does.
 */
import type { ts } from 'ts-morph';
import { GLOBAL_VALUES } from './globals.ts';
import type { Nature } from './nature.ts';
import type { Compiler, Node } from './parse.ts';
import type { Tree } from './tree.ts';
import { type Imports, isRelative, type Unit } from './units.ts';

export interface ScriptTree {
  tree: Tree;
  /** Package imports that the code needs, as names of the file. */
  packages: string[];
}

/** Places in the tree count from the start of `unit.text`. */
export function scriptTree(compiler: Compiler, unit: Unit, nature: Nature, imports: Imports): ScriptTree {
  const { SyntaxKind } = compiler;
  const file = unit.node.getSourceFile();
  const base = unit.start;
  const packages = new Set<string>();

  const make = (at: Node, label: string, children: (Tree | undefined)[] = []): Tree => ({
    label,
    children: children.filter((child) => child !== undefined),
    start: Math.max(0, at.getStart(file) - base),
    end: at.end - base,
  });
  const all = (nodes: readonly Node[]): (Tree | undefined)[] => nodes.map(visit);

  const identifier = (node: ts.Identifier): Tree => {
    const name = node.text;
    if (nature.locals.has(name)) return make(node, `$${name}`);
    const from = imports.get(name);
    if (from && !isRelative(from.module)) {
      packages.add(name);
      const whole = make(node, `:${from.module.replace(/^node:/u, '')}`);
      return from.imported === '*' || from.imported === 'default'
        ? whole
        : make(node, `.${from.imported}`, [whole]);
    }
    return make(node, !from && GLOBAL_VALUES.has(name) ? `:${name}` : `?${name}`);
  };

  /** A property: of `this` where the class itself declares it, that is a name like any other. */
  const property = (at: Node, of: Node, name: string): Tree => {
    const own = of.kind === SyntaxKind.ThisKeyword && nature.members.has(name);
    return own ? make(at, `$this.${name}`) : make(at, `.${name}`, [visit(of)]);
  };

  const keyText = (name: Node): string | undefined =>
    compiler.isIdentifier(name) || compiler.isStringLiteralLike(name) || compiler.isNumericLiteral(name)
      ? name.text
      : compiler.isPrivateIdentifier(name)
        ? name.text
        : undefined;

  const keyed = (at: Node, name: Node, children: (Tree | undefined)[]): Tree => {
    const key = keyText(name);
    return key === undefined ? make(at, 'key', [visit(name), ...children]) : make(at, `key:${key}`, children);
  };

  const member = (at: Node, name: Node, children: (Tree | undefined)[]): Tree => {
    const key = keyText(name) ?? '';
    return nature.members.has(key)
      ? make(at, 'member', [make(name, `$this.${key}`), ...children])
      : keyed(at, name, children);
  };

  const block = (at: Node, statements: (Tree | undefined)[]): Tree => make(at, '*block', statements);
  const body = (node: Node): Tree =>
    compiler.isBlock(node) ? block(node, all(node.statements)) : block(node, [visit(node)]);

  const functionLike = (node: ts.FunctionLikeDeclaration): Tree | undefined => {
    if (!node.body) return undefined;
    const modifiers = compiler.canHaveModifiers(node) ? compiler.getModifiers(node) : undefined;
    const isAsync = modifiers?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword) ?? false;
    const parameters = node.parameters.filter(({ name }) => name.getText(file) !== 'this');
    const first = parameters[0];
    const inside = compiler.isBlock(node.body)
      ? body(node.body)
      : // `() => x` is `() => { return x; }`.
        block(node.body, [make(node.body, 'return', [visit(node.body)])]);
    return make(node, `fn${isAsync ? ' async' : ''}${node.asteriskToken ? ' *' : ''}`, [
      make(first ?? node.body, '*params', all(parameters)),
      inside,
    ]);
  };

  const set = (at: Node, name: Node, value: Node | undefined): Tree | undefined =>
    make(at, value ? 'set' : 'declare', [visit(name), value && visit(value)]);

  const isUnused = (node: Node): boolean =>
    compiler.isExpressionStatement(node.parent) ||
    (compiler.isForStatement(node.parent) && node.parent.incrementor === node);

  function visit(given: Node): Tree | undefined {
    const node = withoutTypes(compiler, given);
    if (node === undefined) return undefined;
    if (compiler.isIdentifier(node)) return identifier(node);
    if (compiler.isPrivateIdentifier(node)) return make(node, `$this.${node.text}`);
    if (compiler.isStringLiteralLike(node)) return make(node, `"${node.text}`);
    if (compiler.isNumericLiteral(node) || compiler.isBigIntLiteral(node)) return make(node, `#${node.text}`);
    if (compiler.isRegularExpressionLiteral(node)) return make(node, `~${node.text}`);
    if (compiler.isTemplateExpression(node))
      return make(node, 'format', [
        visit(node.head),
        ...node.templateSpans.flatMap(({ expression, literal }) => [visit(expression), visit(literal)]),
      ]);
    if (compiler.isTemplateHead(node) || compiler.isTemplateMiddle(node) || compiler.isTemplateTail(node))
      return node.text === '' ? undefined : make(node, `"${node.text}`);
    if (compiler.isExpressionStatement(node)) return visit(node.expression);
    if (compiler.isEmptyStatement(node)) return undefined;
    if (compiler.isBlock(node)) return body(node);
    if (compiler.isPropertyAccessExpression(node)) return property(node, node.expression, node.name.text);
    if (compiler.isElementAccessExpression(node))
      return make(node, '[]', [visit(node.expression), visit(node.argumentExpression)]);
    if (compiler.isCallExpression(node) || compiler.isNewExpression(node))
      return make(node, compiler.isNewExpression(node) ? 'new' : 'call', [
        visit(node.expression),
        ...all(node.arguments ?? []),
      ]);
    if (compiler.isObjectLiteralExpression(node)) return make(node, '*object', all(node.properties));
    if (compiler.isPropertyAssignment(node)) return keyed(node, node.name, [visit(node.initializer)]);
    if (compiler.isShorthandPropertyAssignment(node))
      return make(node, `key:${node.name.text}`, [identifier(node.name)]);
    if (compiler.isArrayLiteralExpression(node)) return make(node, '*array', all(node.elements));
    if (compiler.isBindingElement(node)) {
      const key = node.propertyName ?? (compiler.isObjectBindingPattern(node.parent) ? node.name : undefined);
      const inner = node.initializer
        ? make(node, 'default', [visit(node.name), visit(node.initializer)])
        : visit(node.name);
      const bound = node.dotDotDotToken ? make(node, '...', [inner]) : inner;
      return key && !node.dotDotDotToken ? keyed(node, key, [bound]) : bound;
    }
    if (compiler.isObjectBindingPattern(node)) return make(node, '*object', all(node.elements));
    if (compiler.isArrayBindingPattern(node)) return make(node, '*array', all(node.elements));
    if (compiler.isParameter(node)) {
      const name = visit(node.name);
      if (node.dotDotDotToken) return make(node, '...', [name]);
      return node.initializer ? make(node, 'default', [name, visit(node.initializer)]) : name;
    }
    if (compiler.isVariableStatement(node)) return visit(node.declarationList);
    if (compiler.isVariableDeclarationList(node)) {
      const [only, more] = node.declarations;
      return only && !more ? visit(only) : make(node, '*declare', all(node.declarations));
    }
    if (compiler.isVariableDeclaration(node)) return set(node, node.name, node.initializer);
    if (compiler.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText(file);
      if (operator === '=') return set(node, node.left, node.right);
      const loose = operator === '===' ? '==' : operator === '!==' ? '!=' : operator;
      return make(node, `op ${loose}`, [visit(node.left), visit(node.right)]);
    }
    if (compiler.isPrefixUnaryExpression(node) || compiler.isPostfixUnaryExpression(node)) {
      const operator = compiler.tokenToString(node.operator) ?? '';
      const counts = operator === '++' || operator === '--';
      // `i++` and `i += 1` where nobody looks at the value.
      if (counts && isUnused(node))
        return make(node, `op ${operator.charAt(0)}=`, [visit(node.operand), make(node, '#1')]);
      const after = counts && compiler.isPostfixUnaryExpression(node) ? ' after' : '';
      return make(node, `unary ${operator}${after}`, [visit(node.operand)]);
    }
    if (compiler.isIfStatement(node))
      return make(node, 'if', [
        visit(node.expression),
        body(node.thenStatement),
        node.elseStatement && body(node.elseStatement),
      ]);
    if (compiler.isForOfStatement(node) || compiler.isForInStatement(node)) {
      const { initializer } = node;
      const list = compiler.isVariableDeclarationList(initializer) ? initializer.declarations[0] : undefined;
      const kind = compiler.isForInStatement(node) ? 'for in' : node.awaitModifier ? 'for await' : 'for of';
      return make(node, kind, [
        visit(list?.name ?? initializer),
        visit(node.expression),
        body(node.statement),
      ]);
    }
    if (compiler.isForStatement(node)) {
      const { initializer, condition, incrementor } = node;
      return make(node, 'for', [
        block(node, initializer ? [visit(initializer)] : []),
        block(node, condition ? [visit(condition)] : []),
        block(node, incrementor ? [visit(incrementor)] : []),
        body(node.statement),
      ]);
    }
    if (compiler.isWhileStatement(node))
      return make(node, 'while', [visit(node.expression), body(node.statement)]);
    if (compiler.isDoStatement(node)) return make(node, 'do', [body(node.statement), visit(node.expression)]);
    if (compiler.isReturnStatement(node))
      return make(node, 'return', [node.expression && visit(node.expression)]);
    if (compiler.isMethodDeclaration(node) || compiler.isAccessor(node)) {
      const of = functionLike(node);
      if (!of) return undefined;
      const kind = compiler.isGetAccessor(node) ? ['get'] : compiler.isSetAccessor(node) ? ['set'] : [];
      return member(node, node.name, [...kind.map((mark) => make(node.name, mark)), of]);
    }
    if (compiler.isConstructorDeclaration(node)) {
      const of = functionLike(node);
      return of && make(node, 'key:constructor', [of]);
    }
    // Without a value a property is there for its type only.
    if (compiler.isPropertyDeclaration(node))
      return node.initializer && member(node, node.name, [visit(node.initializer)]);
    if (compiler.isFunctionDeclaration(node)) {
      const of = functionLike(node);
      return node === unit.node || !node.name || !of ? of : make(node, 'set', [identifier(node.name), of]);
    }
    if (compiler.isArrowFunction(node) || compiler.isFunctionExpression(node)) return functionLike(node);
    if (compiler.isClassLike(node))
      return make(node, '*class', [...all(node.heritageClauses ?? []), ...all(node.members)]);
    if (compiler.isHeritageClause(node))
      return node.token === SyntaxKind.ExtendsKeyword ? make(node, 'extends', all(node.types)) : undefined;
    if (node.kind === SyntaxKind.ThisKeyword) return make(node, ':this');
    const children: (Tree | undefined)[] = [];
    compiler.forEachChild(node, (child) => {
      children.push(visit(child));
    });
    return make(node, KINDS[SyntaxKind[node.kind] ?? ''] ?? SyntaxKind[node.kind] ?? '', children);
  }

  const tree = visit(unit.node) ?? make(unit.node, '*block');
  return { tree, packages: [...packages] };
}

const KINDS: Record<string, string> = {
  AwaitExpression: 'await',
  ThrowStatement: 'throw',
  TryStatement: 'try',
  CatchClause: 'catch',
  BreakStatement: 'break',
  ContinueStatement: 'continue',
  YieldExpression: 'yield',
  SwitchStatement: 'switch',
  CaseBlock: '*cases',
  CaseClause: 'case',
  DefaultClause: 'case else',
  ConditionalExpression: 'cond',
  SpreadElement: '...',
  SpreadAssignment: '...',
  DeleteExpression: 'del',
};

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
    compiler.isTypeAliasDeclaration(bare) ||
    compiler.isModifier(bare) ||
    compiler.isDecorator(bare);
  return typeOnly ? undefined : bare;
}
