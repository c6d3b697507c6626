/** One pass over a piece of code for names and size: what does not depend on how it compares with others. */
import type { ts } from 'ts-morph';
import { GLOBAL_TYPES, GLOBAL_VALUES } from './globals.ts';
import { type Compiler, type Node, walk } from './parse.ts';
import type { Unit } from './units.ts';

export interface Nature {
  statements: number;
  /** Decisions, loops, callbacks, exceptions: what makes code more than a line of calls. */
  work: number;
  locals: ReadonlySet<string>;
  privates: ReadonlySet<string>;
  /** Types it mentions that only its project has. */
  foreignTypes: boolean;
  typed: boolean;
  /** Statements that could be left out, each to see whether what remains is known. */
  removable: Node[];
}

/** One pass over a unit for names and size. */
export function natureOf(compiler: Compiler, unit: Unit): Nature {
  const { SyntaxKind } = compiler;
  const locals = new Set<string>();
  const privates = new Set<string>();
  const types = new Set<string>();
  const typeNames = new Set<string>();
  const removable: Node[] = [];
  let statements = 0;
  let work = 0;
  locals.add(unit.name);
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
    if (isPrivateProperty(compiler, node)) privates.add(node.name.text);
    if (compiler.isStatement(node) && !compiler.isBlock(node) && node !== unit.node) {
      statements += 1;
      if (node.parent && compiler.isBlock(node.parent)) removable.push(node);
    }
    if (WORK.has(SyntaxKind[node.kind])) work += 1;
    if (compiler.isBinaryExpression(node) && /^(?:&&|\|\||\?\?|%|\*\*)$/u.test(node.operatorToken.getText()))
      work += 1;
  });
  const foreignTypes = [...typeNames].some(
    (name) => !types.has(name) && !locals.has(name) && !GLOBAL_TYPES.has(name) && !GLOBAL_VALUES.has(name),
  );
  return {
    statements,
    work: work - 1,
    locals,
    privates,
    foreignTypes,
    typed: isTyped(compiler, unit),
    removable,
  };
}

// The unit itself is one of these: it is taken off again. Kinds whose number has two names are avoided.
const WORK = new Set(
  (
    'IfStatement ForStatement ForOfStatement ForInStatement WhileStatement DoStatement SwitchStatement TryStatement ' +
    'ThrowStatement ConditionalExpression ArrowFunction FunctionExpression FunctionDeclaration MethodDeclaration ' +
    'ClassDeclaration YieldExpression AwaitExpression'
  ).split(' '),
);

function isPrivateProperty(
  compiler: Compiler,
  node: Node,
): node is (ts.PropertyDeclaration | ts.MethodDeclaration) & { name: ts.Identifier } {
  if (!compiler.isPropertyDeclaration(node) && !compiler.isMethodDeclaration(node)) return false;
  const hidden = node.modifiers?.some(({ kind }) => kind === compiler.SyntaxKind.PrivateKeyword) ?? false;
  return hidden && compiler.isIdentifier(node.name);
}

function isTyped(compiler: Compiler, { node }: Unit): boolean {
  if (!compiler.isClassDeclaration(node))
    return node.type !== undefined || node.parameters.some(({ type }) => type !== undefined);
  return node.members.some((member) => compiler.isMethodDeclaration(member) && member.type !== undefined);
}
