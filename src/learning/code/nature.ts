/** One pass over a piece of TypeScript or JavaScript for its names: what does not depend on how it compares with others. */
import { GLOBAL_TYPES, GLOBAL_VALUES } from './globals.ts';
import { type Compiler, type Node, walk } from './parse.ts';
import type { Unit } from './units.ts';

export interface Nature {
  locals: ReadonlySet<string>;
  /** What a class declares itself, its constructor aside: names that the writer chose. */
  members: ReadonlySet<string>;
  /** Every name that stands for a value. */
  used: ReadonlySet<string>;
  /** It speaks of `this`, which a function does not have. */
  usesThis: boolean;
  /** Types it mentions that only its project has. */
  foreignTypes: boolean;
  typed: boolean;
}

export function natureOf(compiler: Compiler, unit: Unit): Nature {
  const { SyntaxKind } = compiler;
  const locals = new Set<string>([unit.name]);
  const members = new Set<string>();
  const used = new Set<string>();
  const types = new Set<string>();
  const typeNames = new Set<string>();
  let usesThis = false;
  walk(compiler, unit.node, (node) => {
    if (
      compiler.isVariableDeclaration(node) ||
      compiler.isParameter(node) ||
      compiler.isBindingElement(node) ||
      compiler.isFunctionDeclaration(node) ||
      compiler.isFunctionExpression(node) ||
      compiler.isClassDeclaration(node)
    ) {
      if (node.name && compiler.isIdentifier(node.name)) locals.add(node.name.text);
    } else if (compiler.isLabeledStatement(node)) locals.add(node.label.text);
    else if (compiler.isTypeParameterDeclaration(node)) types.add(node.name.text);
    else if (compiler.isTypeReferenceNode(node))
      typeNames.add(node.typeName.getText().replace(/\..*$/su, ''));
    else if (compiler.isIdentifier(node)) used.add(node.text);
    else if (node.kind === SyntaxKind.ThisKeyword || node.kind === SyntaxKind.SuperKeyword) usesThis = true;
    const member = memberOf(compiler, node);
    if (member !== undefined) members.add(member);
  });
  const foreignTypes = [...typeNames].some(
    (name) => !types.has(name) && !locals.has(name) && !GLOBAL_TYPES.has(name) && !GLOBAL_VALUES.has(name),
  );
  return { locals, members, used, usesThis, foreignTypes, typed: isTyped(compiler, unit) };
}

function memberOf(compiler: Compiler, node: Node): string | undefined {
  if (
    compiler.isPropertyDeclaration(node) ||
    (compiler.isMethodDeclaration(node) && compiler.isClassLike(node.parent)) ||
    (compiler.isAccessor(node) && compiler.isClassLike(node.parent))
  )
    return compiler.isIdentifier(node.name) || compiler.isPrivateIdentifier(node.name)
      ? node.name.text
      : undefined;
  // `constructor(private readonly size: number)` and `this.size = …`.
  if (compiler.isParameterPropertyDeclaration(node, node.parent) && compiler.isIdentifier(node.name))
    return node.name.text;
  if (!compiler.isBinaryExpression(node) || !compiler.isPropertyAccessExpression(node.left)) return undefined;
  const sets =
    node.operatorToken.kind === compiler.SyntaxKind.EqualsToken &&
    node.left.expression.kind === compiler.SyntaxKind.ThisKeyword;
  return sets ? node.left.name.text : undefined;
}

function isTyped(compiler: Compiler, { node }: Unit): boolean {
  if (!compiler.isClassDeclaration(node))
    return node.type !== undefined || node.parameters.some(({ type }) => type !== undefined);
  return node.members.some((member) => compiler.isMethodDeclaration(member) && member.type !== undefined);
}
