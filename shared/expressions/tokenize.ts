import { type Result, err, ok } from "../base/result.ts";
import { type ExpressionIssue, expressionIssue } from "./expression.ts";

export interface Token {
  readonly kind: "number" | "text" | "word" | "symbol" | "end";
  /** The characters themselves; of a text what stands between the quotes. */
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

const numberPattern = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const wordPattern = /[A-Za-z_][A-Za-z0-9_]*/y;
/** Longest first. */
const symbolPattern = /\*\*|\/\/|==|!=|<=|>=|[-+*/%<>?:()[\],]/y;
const spacePattern = /[ \t\r\n]+/y;

/** What people write who come from another language, and what it is called here. */
const foreignSymbols: readonly (readonly [symbol: string, advice: string])[] = [
  ["&&", "write “and”"],
  ["||", "write “or”"],
  ["!", "write “not”"],
  ["=", "to compare, write “==”"],
  ["^", "a power is “**”"],
  [";", "an expression is one line without an end mark"],
  [".", "names have no parts here"],
  ["{", "lists are written in [ ]"],
  ["×", "to multiply, write “*”"],
  ["·", "to multiply, write “*”"],
  ["−", "write the minus sign of the keyboard, “-”"],
];

/** The last token is of kind "end". */
export function tokenize(text: string): Result<readonly Token[], ExpressionIssue> {
  const tokens: Token[] = [];
  let at = 0;

  function match(pattern: RegExp): string | null {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  }

  function push(kind: Token["kind"], length: number, content = text.slice(at, at + length)): void {
    tokens.push({ kind, text: content, at, length });
    at += length;
  }

  while (at < text.length) {
    const space = match(spacePattern);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const number = match(numberPattern);
    if (number !== null) {
      const next = text[at + number.length] ?? "";
      if (/[A-Za-z_0-9.]/.test(next)) {
        return err(issueAt(`“${number}${next}” is not a number`, at, number.length + 1));
      }
      push("number", number.length);
      continue;
    }
    const word = match(wordPattern);
    if (word !== null) {
      push("word", word.length);
      continue;
    }
    const char = text[at] ?? "";
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1);
      const content = text.slice(at + 1, end === -1 ? undefined : end);
      if (end === -1 || /[\r\n]/.test(content)) {
        return err(issueAt(`the text has no closing ${char}`, at, 1));
      }
      push("text", content.length + 2, content);
      continue;
    }
    const symbol = match(symbolPattern);
    if (symbol === null) return err(describeForeign(text, at));
    push("symbol", symbol.length);
  }
  tokens.push({ kind: "end", text: "", at: text.length, length: 1 });
  return ok(tokens);
}

function describeForeign(text: string, at: number): ExpressionIssue {
  for (const [symbol, advice] of foreignSymbols) {
    if (text.startsWith(symbol, at)) {
      return issueAt(`“${symbol}” is not understood (${advice})`, at, symbol.length);
    }
  }
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return issueAt(`“${char}” is not understood`, at, char.length);
}

/** "Column 3: there is …": columns count from 1, as people do. */
export function issueAt(what: string, at: number, length: number): ExpressionIssue {
  return expressionIssue(`Column ${at + 1}: ${what}.`, at, length);
}
