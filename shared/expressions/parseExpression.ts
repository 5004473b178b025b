import { type Result, err, ok } from "../base/result.ts";
import {
  type BinaryOperator,
  type Expression,
  type ExpressionIssue,
  type UnaryOperator,
  expressionIssue,
  maxExpressionDepth,
  maxExpressionLength,
} from "./expression.ts";
import { type Token, issueAt, tokenize } from "./tokenize.ts";

/** Loosest first; `**` binds tighter than a sign and is read elsewhere, because it groups from the right. */
const levels: readonly (readonly BinaryOperator[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "//", "%"],
];
const comparisonLevel = 2;
/** `not a == b` is `not (a == b)`, as in Python. */
const notLevel = 2;

const known = new Map<string, Result<Expression, ExpressionIssue>>();
const maxKnown = 5000;

/**
 * Reads a formula: numbers, 'text', true, false, null, lists, names, + - * / // % **, comparisons, and, or, not,
 * `condition ? a : b`, `list[0]` and calls. Precedence is Python's. Never throws; the tree is at most
 * `maxExpressionDepth` parentheses deep, but a chain `1+1+1+…` leans as far to the left as the text is long.
 */
export function parseExpression(text: string): Result<Expression, ExpressionIssue> {
  const before = known.get(text);
  if (before !== undefined) return before;
  const result = parse(text);
  // The same few formulas are read again for each repetition of a block.
  if (known.size >= maxKnown) known.clear();
  if (text.length <= maxExpressionLength) known.set(text, result);
  return result;
}

function parse(text: string): Result<Expression, ExpressionIssue> {
  if (text.length > maxExpressionLength) {
    const message = `The expression has ${text.length} characters; the limit is ${maxExpressionLength}.`;
    return err(expressionIssue(message, maxExpressionLength));
  }
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  if (tokens.value.length === 1) return err(expressionIssue("The expression is empty.", 0));
  try {
    return ok(createParser(tokens.value).parseWhole());
  } catch (error) {
    if (error instanceof IssueError) return err(error.issue);
    throw error;
  }
}

/** Leaves the recursion; never leaves this file. */
class IssueError extends Error {
  readonly issue: ExpressionIssue;
  constructor(issue: ExpressionIssue) {
    super(issue.message);
    this.issue = issue;
  }
}

function createParser(tokens: readonly Token[]): { parseWhole(): Expression } {
  let position = 0;
  let depth = 0;
  const end = tokens.at(-1) ?? { kind: "end", text: "", at: 0, length: 1 };

  function peek(): Token {
    return tokens[position] ?? end;
  }

  function isNext(text: string): boolean {
    const { kind, text: next } = peek();
    return (kind === "symbol" || kind === "word") && next === text;
  }

  function take(text: string): boolean {
    if (!isNext(text)) return false;
    position++;
    return true;
  }

  function stop(what: string, token = peek()): never {
    throw new IssueError(issueAt(what, token.at, token.length));
  }

  function close(text: string, open: Token): void {
    if (take(text)) return;
    if (peek().kind === "end") {
      stop(`“${open.text}” is never closed, “${text}” is missing`, open);
    }
    stop(`“${text}” is missing before ${describe(peek())}`);
  }

  function nested<T>(read: () => T): T {
    depth++;
    if (depth > maxExpressionDepth) {
      stop(`it is nested more than ${maxExpressionDepth} levels deep`);
    }
    const value = read();
    depth--;
    return value;
  }

  function readConditional(): Expression {
    const condition = readBinary(0);
    const question = peek();
    if (!take("?")) return condition;
    return nested(() => {
      const whenTrue = readConditional();
      if (!take(":")) stop(`“:” is missing, as in “condition ? a : b”`);
      const whenFalse = readConditional();
      return { kind: "conditional", at: question.at, condition, whenTrue, whenFalse };
    });
  }

  function readBinary(level: number): Expression {
    const operators = levels[level];
    if (operators === undefined) return readSigned();
    if (level === notLevel && isNext("not")) return readUnary("not", () => readBinary(level));
    let left = readBinary(level + 1);
    for (let count = 0; ; count++) {
      const token = peek();
      const operator = operators.find(isNext);
      if (operator === undefined) return left;
      if (level === comparisonLevel && count > 0) {
        stop("comparisons can't be chained, write “a < b and b < c”");
      }
      position++;
      const right = readBinary(level + 1);
      left = { kind: "binary", at: token.at, operator, left, right };
    }
  }

  function readSigned(): Expression {
    if (isNext("-")) return readUnary("-", readSigned);
    if (isNext("+")) return readUnary("+", readSigned);
    const base = readPostfix();
    const token = peek();
    if (!take("**")) return base;
    const right = nested(readSigned);
    return { kind: "binary", at: token.at, operator: "**", left: base, right };
  }

  function readUnary(operator: UnaryOperator, readOperand: () => Expression): Expression {
    const { at } = peek();
    position++;
    return { kind: "unary", at, operator, operand: nested(readOperand) };
  }

  function readPostfix(): Expression {
    let value = readPrimary();
    for (let open = peek(), count = 1; take("["); open = peek(), count++) {
      if (count > maxExpressionDepth)
        stop(`it is nested more than ${maxExpressionDepth} levels deep`);
      const index = nested(readConditional);
      close("]", open);
      value = { kind: "item", at: open.at, list: value, index };
    }
    return value;
  }

  function readPrimary(): Expression {
    const token = peek();
    const { at } = token;
    switch (token.kind) {
      case "number": {
        const value = Number(token.text);
        if (!Number.isFinite(value)) stop("the number is too large");
        position++;
        return { kind: "literal", at, value };
      }
      case "text":
        position++;
        return { kind: "literal", at, value: token.text };
      case "word":
        return readWord(token);
      case "symbol":
        if (take("(")) {
          const inner = nested(readConditional);
          close(")", token);
          return inner;
        }
        if (take("[")) return { kind: "list", at, items: readItems("]", token) };
        return stop(`a value is missing before “${token.text}”`);
      case "end":
        return stop("a value is missing at the end");
    }
  }

  function readWord(token: Token): Expression {
    const { at, text } = token;
    if (text === "and" || text === "or" || text === "not") {
      stop(
        text === "not"
          ? "“not” must stand in parentheses here: “(not a)”"
          : `a value is missing before “${text}”`,
      );
    }
    position++;
    if (text === "true" || text === "false") return { kind: "literal", at, value: text === "true" };
    if (text === "null") return { kind: "literal", at, value: null };
    if (!take("(")) return { kind: "name", at, name: text };
    return {
      kind: "call",
      at,
      name: text,
      arguments: readItems(")", tokens[position - 1] ?? token),
    };
  }

  function readItems(closing: ")" | "]", open: Token): readonly Expression[] {
    const items: Expression[] = [];
    if (take(closing)) return items;
    do items.push(nested(readConditional));
    while (take(","));
    close(closing, open);
    return items;
  }

  return {
    parseWhole() {
      const whole = readConditional();
      if (peek().kind !== "end") stop(`${describe(peek())} is not expected here`);
      return whole;
    },
  };
}

function describe(token: Token): string {
  return token.kind === "end" ? "the end" : token.kind === "text" ? "a text" : `“${token.text}”`;
}
