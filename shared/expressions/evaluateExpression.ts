import { assertNever } from "../base/assertNever.ts";
import type { JsonValue } from "../base/json.ts";
import { type Result, err, ok } from "../base/result.ts";
import type { BinaryOperator, Environment, Expression, ExpressionIssue } from "./expression.ts";
import { expressionFunctions, findFunction, isList, kindOf, maxEntries } from "./functions.ts";
import { issueAt } from "./tokenize.ts";

type Value = Result<JsonValue, ExpressionIssue>;

/** Entries of lists and characters of texts that one expression may go through: `[a == a, a == a, …]` is no free ride. */
const maxWork = 5 * maxEntries;

interface Run {
  readonly names: Environment;
  /** Of `maxWork`. */
  left: number;
}

/**
 * The value of an expression. Pure: the same environment gives the same value on every machine (exp, log and powers up
 * to the last digit). Numbers stay finite; `/` divides exactly, `//` and `%` round down as Python's do.
 */
export function evaluateExpression(expression: Expression, names: Environment): Value {
  const value = evaluate(expression, { names, left: maxWork });
  if (!value.ok || countEntries(value.value, maxEntries) <= maxEntries) return value;
  return fail(expression, `the result has more than ${maxEntries} entries`);
}

function evaluate(expression: Expression, run: Run): Value {
  switch (expression.kind) {
    case "literal":
      return ok(expression.value);
    case "name": {
      const value = run.names.get(expression.name);
      return value === undefined ? unknownName(expression, run) : ok(value);
    }
    case "list": {
      const items = evaluateAll(expression.items, run);
      if (!items.ok || countEntries(items.value, maxEntries) <= maxEntries) {
        return items.ok ? afterWork(expression, run, items.value) : items;
      }
      return fail(expression, `the list has more than ${maxEntries} entries`);
    }
    case "unary":
      return evaluateUnary(expression, run);
    case "binary":
      return evaluateBinary(expression, run);
    case "conditional": {
      const condition = evaluateCondition(expression.condition, run, "before “?”");
      if (!condition.ok) return condition;
      return evaluate(condition.value ? expression.whenTrue : expression.whenFalse, run);
    }
    case "call":
      return evaluateCall(expression, run);
    case "item":
      return evaluateItem(expression, run);
    default:
      return assertNever(expression);
  }
}

function evaluateAll(
  expressions: readonly Expression[],
  run: Run,
): Result<readonly JsonValue[], ExpressionIssue> {
  const values: JsonValue[] = [];
  for (const expression of expressions) {
    const value = evaluate(expression, run);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}

function evaluateUnary(expression: Extract<Expression, { kind: "unary" }>, run: Run): Value {
  if (expression.operator === "not") {
    const value = evaluateCondition(expression.operand, run, "after “not”");
    return value.ok ? ok(!value.value) : value;
  }
  const value = evaluate(expression.operand, run);
  if (!value.ok) return value;
  if (typeof value.value !== "number") {
    const what = `a number is needed after “${expression.operator}”, got ${kindOf(value.value)}`;
    return fail(expression, what);
  }
  // 0 - 0 is 0, where -0 would be written into files as 0 and so change on the way.
  return ok(expression.operator === "-" ? 0 - value.value : value.value);
}

function evaluateBinary(expression: Extract<Expression, { kind: "binary" }>, run: Run): Value {
  const { operator } = expression;
  if (operator === "and" || operator === "or") {
    const left = evaluateCondition(expression.left, run, `before “${operator}”`);
    if (!left.ok || left.value === (operator === "or")) return left;
    return evaluateCondition(expression.right, run, `after “${operator}”`);
  }
  // A chain leans to the left as deep as the text is long: walked without recursion.
  const chain: Extract<Expression, { kind: "binary" }>[] = [];
  let start: Expression = expression;
  while (start.kind === "binary" && start.operator !== "and" && start.operator !== "or") {
    chain.push(start);
    start = start.left;
  }
  let left = evaluate(start, run);
  for (const step of chain.toReversed()) {
    if (!left.ok) return left;
    const right = evaluate(step.right, run);
    if (!right.ok) return right;
    const operands = [left.value, right.value];
    const isLong = operands.every(
      (operand) => typeof operand === "object" || typeof operand === "string",
    );
    const worked = isLong ? afterWork(step, run, operands) : left;
    if (!worked.ok) return worked;
    const value = combine(step.operator, left.value, right.value);
    left = value.ok ? value : fail(step, value.error);
  }
  return left;
}

function combine(
  operator: BinaryOperator,
  left: JsonValue,
  right: JsonValue,
): Result<JsonValue, string> {
  if (operator === "==" || operator === "!=") {
    return ok((JSON.stringify(left) === JSON.stringify(right)) === (operator === "=="));
  }
  if (operator === "+" && isList(left) && isList(right)) {
    const joined = [...left, ...right];
    return joined.length > maxEntries
      ? err(`the list has more than ${maxEntries} entries`)
      : ok(joined);
  }
  if (operator === "+" && typeof left === "string" && typeof right === "string") {
    return left.length + right.length > maxEntries
      ? err(`the text has more than ${maxEntries} characters`)
      : ok(left + right);
  }
  if (typeof left !== "number" || typeof right !== "number") {
    return err(`“${operator}” needs numbers, got ${kindOf(left)} and ${kindOf(right)}`);
  }
  return combineNumbers(operator, left, right);
}

function combineNumbers(
  operator: Exclude<BinaryOperator, "==" | "!=">,
  left: number,
  right: number,
): Result<JsonValue, string> {
  switch (operator) {
    case "<":
      return ok(left < right);
    case "<=":
      return ok(left <= right);
    case ">":
      return ok(left > right);
    case ">=":
      return ok(left >= right);
    case "+":
      return finite(left + right);
    case "-":
      return finite(left - right);
    case "*":
      return finite(left * right);
    case "/":
      return right === 0 ? err("this divides by 0") : finite(left / right);
    case "//":
      return right === 0 ? err("this divides by 0") : finite(Math.floor(left / right));
    case "%":
      return right === 0 ? err("this divides by 0") : finite(floorModulo(left, right));
    case "**":
      return finite(left ** right);
    case "and":
    case "or":
      return err(`“${operator}” needs true or false`);
    default:
      return assertNever(operator);
  }
}

/** Python's: the result has the divisor's sign. */
function floorModulo(left: number, right: number): number {
  const rest = left % right;
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}

function finite(value: number): Result<JsonValue, string> {
  if (Number.isNaN(value)) return err("the result is no real number");
  return Number.isFinite(value) ? ok(value + 0) : err("the result is too large");
}

function evaluateCondition(
  expression: Expression,
  run: Run,
  place: string,
): Result<boolean, ExpressionIssue> {
  const value = evaluate(expression, run);
  if (!value.ok) return value;
  if (typeof value.value === "boolean") return ok(value.value);
  return fail(
    expression,
    `true or false is needed ${place}, got ${kindOf(value.value)}; compare it, as in “a > 0”`,
  );
}

function evaluateCall(expression: Extract<Expression, { kind: "call" }>, run: Run): Value {
  const { name } = expression;
  const found = findFunction(name);
  if (found === null) {
    const names = expressionFunctions.map((entry) => entry.name).join(", ");
    return fail(expression, `there is no function “${name}”; there are ${names}`, name.length);
  }
  const count = expression.arguments.length;
  if (count < found.arity.min || count > found.arity.max) {
    return fail(expression, `${name} is used as ${found.usage}, got ${count} values`, name.length);
  }
  const values = evaluateAll(expression.arguments, run);
  if (!values.ok) return values;
  const worked = afterWork(expression, run, values.value);
  if (!worked.ok) return worked;
  const value = found.call(values.value);
  if (!value.ok) return fail(expression, `${name} ${value.error}`, name.length);
  if (typeof value.value !== "number") return value;
  const checked = finite(value.value);
  return checked.ok ? checked : fail(expression, checked.error, name.length);
}

function evaluateItem(expression: Extract<Expression, { kind: "item" }>, run: Run): Value {
  const list = evaluate(expression.list, run);
  if (!list.ok) return list;
  if (!isList(list.value)) {
    return fail(expression, `a list is needed before “[”, got ${kindOf(list.value)}`);
  }
  const index = evaluate(expression.index, run);
  if (!index.ok) return index;
  const { length } = list.value;
  const place = index.value;
  if (typeof place !== "number" || !Number.isInteger(place) || place < -length || place >= length) {
    const range = length === 0 ? "the list is empty" : `the list's places are 0 to ${length - 1}`;
    return fail(expression.index, `${range}, got ${JSON.stringify(place)?.slice(0, 40)}`);
  }
  return ok(list.value.at(place) ?? null);
}

function unknownName(expression: Extract<Expression, { kind: "name" }>, run: Run): Value {
  const { name, at } = expression;
  const near = [...run.names.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
  const names = [...run.names.keys()].slice(0, 12).join(", ");
  const advice =
    near !== undefined
      ? ` (did you mean “${near}”?)`
      : names === ""
        ? " (no variables are known here)"
        : ` (known here: ${names})`;
  const what =
    findFunction(name) === null
      ? `nothing is called “${name}”${advice}`
      : `“${name}” is a function, write “${name}(…)”`;
  return err({ ...issueAt(what, at, name.length), unknownName: name });
}

function fail(expression: Expression, what: string, length = 1): Result<never, ExpressionIssue> {
  return err(issueAt(what, expression.at, length));
}

/** The value, unless going through it is more than the expression has left. */
function afterWork<T extends JsonValue>(
  expression: Expression,
  run: Run,
  value: T,
): Result<T, ExpressionIssue> {
  run.left -= countEntries(value, maxEntries);
  return run.left >= 0
    ? ok(value)
    : fail(
        expression,
        "the expression goes through too many long lists; work them out in a variable",
      );
}

/** Stops counting behind the limit: lists may hold one another many times over. */
function countEntries(value: JsonValue, limit: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const entry of Object.values(value)) {
    count += countEntries(entry, limit - count);
    if (count > limit) break;
  }
  return count;
}
