/**
 * Rewrites a program so that some of its buffers hold 16-bit floats: each read becomes `f32(x[i])`, each store rounds. What
 * is computed in between stays in 32 bits. WGSL has few enough forms for this to be done on its text; whatever is not one
 * of them is refused, and the buffer keeps its 32 bits.
 */

/** A storage buffer as a program declares it. */
export interface StorageBinding {
  readonly binding: number;
  readonly name: string;
  readonly isWritten: boolean;
  /** `f32`, `vec4<f32>`, `atomic<u32>` … */
  readonly element: string;
}

/**
 * "half": buffers are `array<f16>`; the device has "shader-f16". "rounded": they stay `array<f32>`, but what is stored is
 * rounded to the same numbers: for devices without 16-bit floats, to judge what those would do.
 */
export type LoweredStorage = "half" | "rounded";

const declaration =
  /@group\(0\)\s*@binding\((\d+)\)\s*var\s*<\s*storage\s*(?:,\s*(read|read_write)\s*)?>\s*(\w+)\s*:\s*array\s*<\s*([^;]*?)\s*>\s*;/g;

/** All storage buffers that hold plain arrays. */
export function listStorage(code: string): readonly StorageBinding[] {
  return [...stripComments(code).matchAll(declaration)].map(
    ([, binding, access, name = "", element = ""]) => ({
      binding: Number(binding),
      name,
      isWritten: access === "read_write",
      element: element.replaceAll(/\s/g, ""),
    }),
  );
}

/** Lanes of the element types that can be lowered. */
const lanes: ReadonlyMap<string, number> = new Map([
  ["f32", 1],
  ["vec2<f32>", 2],
  ["vec4<f32>", 4],
]);

/** Whether the text uses the buffer in known forms only. */
export function canLower(code: string, storage: StorageBinding): boolean {
  return lowerShader(code, [storage], "half") !== null;
}

/** The program with these of its buffers lowered; null where it uses one of them in a way that is not known. */
export function lowerShader(
  code: string,
  storages: readonly StorageBinding[],
  form: LoweredStorage,
): string | null {
  const text = stripComments(code);
  const targets = new Map<string, number>();
  for (const { name, element } of storages) {
    const count = lanes.get(element);
    if (count === undefined || isAmbiguous(text, name)) return null;
    targets.set(name, count);
  }
  const names = new Set(targets.keys());
  const declared = text.replaceAll(declaration, (whole: string, _binding, _access, name: string) =>
    // Hidden from the search for uses, put back below.
    names.has(name) ? `@@${name}@@` : whole,
  );
  const rewritten = rewriteUses(declared, targets, form);
  if (rewritten === null) return null;
  const declarations = new Map(
    [...text.matchAll(declaration)].map(([whole, , , name = ""]) => [
      name,
      form === "half" ? whole.replace(/array\s*<[^;]*/, typeOfArray(targets.get(name))) : whole,
    ]),
  );
  const body = rewritten.replaceAll(
    /@@(\w+)@@/g,
    (_, name: string) => declarations.get(name) ?? "",
  );
  const helpers = [...new Set(targets.values())].map((count) => writeRounding(count, form));
  // Directives come first.
  const head = form === "half" ? "enable f16;\n" : "";
  return `${head}${body}\n${[writeRounding(0, form), ...helpers].join("\n")}\n`;
}

function typeOfArray(count: number | undefined): string {
  return `array<${vector(count ?? 1, "f16")}>`;
}

function vector(count: number, scalar: string): string {
  return count === 1 ? scalar : `vec${count}<${scalar}>`;
}

/**
 * `netloom_round<lanes>`: to what is stored. Numbers from 65520 on become infinite, as IEEE 754 says and loss scaling needs:
 * WGSL leaves open what a conversion makes of them. Count 0 gives what the others share.
 */
function writeRounding(count: number, form: LoweredStorage): string {
  const scalar = form === "half" ? "f16" : "f32";
  if (count > 1) {
    const parts = Array.from({ length: count }, (_, lane) => `netloom_round1(value[${lane}])`);
    return `fn netloom_round${count}(value: ${vector(count, "f32")}) -> ${vector(count, scalar)} {
  return ${vector(count, scalar)}(${parts.join(", ")});
}`;
  }
  // The vectors' functions call that of one number.
  if (count === 1) return "";
  if (form === "half") {
    return `fn netloom_round1(value: f32) -> f16 {
  let bits = bitcast<u32>(value);
  let magnitude = bits & 0x7fffffffu;
  // 0x477ff000: 65520. Above infinity there is only what is no number.
  let beyond = ((bits >> 16u) & 0x8000u) | select(0x7c00u, 0x7e00u, magnitude > 0x7f800000u);
  if (magnitude >= 0x477ff000u) { return bitcast<vec2<f16>>(beyond).x; }
  return f16(value);
}`;
  }
  // Below 2^-14 (0x38800000) the numbers of 16 bits are multiples of 2^-24.
  return `fn netloom_round1(value: f32) -> f32 {
  let bits = bitcast<u32>(value);
  let magnitude = bits & 0x7fffffffu;
  let beyond = (bits & 0x80000000u) | select(0x7f800000u, 0x7fc00000u, magnitude > 0x7f800000u);
  if (magnitude >= 0x477ff000u) { return bitcast<f32>(beyond); }
  if (magnitude < 0x38800000u) { return round(value * 16777216.0) * 5.9604644775390625e-8; }
  return bitcast<f32>((bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u);
}`;
}

/** Every `name[…]`, innermost first. */
function rewriteUses(
  text: string,
  targets: ReadonlyMap<string, number>,
  form: LoweredStorage,
): string | null {
  const word = new RegExp(`(?<![\\w.@])(${[...targets.keys()].join("|")})\\s*\\[`, "g");
  let result = "";
  let from = 0;
  for (let found = word.exec(text); found; found = word.exec(text)) {
    const [, name = ""] = found;
    const count = targets.get(name) ?? 1;
    const open = found.index + found[0].length - 1;
    const close = findClosing(text, open);
    if (close === null) return null;
    const before = text.slice(from, found.index);
    // Pointers, and bits that are no numbers.
    if (/(&|bitcast\s*<[^;{}]*>\s*\()\s*$/.test(before)) return null;
    const inside = rewriteUses(text.slice(open + 1, close), targets, form);
    if (inside === null) return null;
    const place = `${name}[${inside}]`;
    let end = close + 1;
    const component = readComponent(text, end);
    if (component === null || (component.source !== "" && count === 1)) return null;
    end += component.source.length;
    const selected = rewriteUses(component.source, targets, form);
    if (selected === null) return null;
    const store = /^\s*([-+*/]?)=(?!=)/.exec(text.slice(end));
    if (store === null) {
      result += `${before}${form === "half" ? `${vector(count, "f32")}(${place})` : place}${selected}`;
      from = word.lastIndex = end;
      continue;
    }
    const [operator, sign = ""] = store;
    const stop = findStatementEnd(text, end + operator.length);
    if (stop === null) return null;
    const value = rewriteUses(text.slice(end + operator.length, stop), targets, form);
    if (value === null || /bitcast\s*<\s*(vec[234]\s*<\s*)?f32/.test(value)) return null;
    // Several lanes at once are not told apart here; WGSL has no such store.
    if (/^\s*\.\w\w/.test(selected)) return null;
    const round = `netloom_round${selected === "" ? count : 1}`;
    const old = form === "half" ? `${vector(count, "f32")}(${place})${selected}` : place + selected;
    const whole = sign === "" ? value : `${old} ${sign} (${value})`;
    result += `${before}${place}${selected} = ${round}(${whole})`;
    from = word.lastIndex = stop;
  }
  return result + text.slice(from);
}

/** `.x` or `[lane]` behind a vector; empty where there is none. */
function readComponent(text: string, from: number): { readonly source: string } | null {
  const part = /^\s*(\.\w+|\[)/.exec(text.slice(from));
  if (part === null) return { source: "" };
  const [begin, kind] = part;
  if (kind !== "[") return { source: begin };
  const close = findClosing(text, from + begin.length - 1);
  return close === null ? null : { source: text.slice(from, close + 1) };
}

/** Whether a function has something of its own by that name and indexes it: it could be either. */
function isAmbiguous(text: string, name: string): boolean {
  const used = new RegExp(`(?<![\\w.])${name}\\s*\\[`);
  const own = new RegExp(`(?:\\b(?:let|var|const)\\s+${name}\\b|[(,]\\s*${name}\\s*:)`);
  const functions = text.split(/\bfn\s+(?=\w)/).slice(1);
  return functions.some((part) => {
    // What follows the last brace are declarations between functions.
    const body = part.slice(0, part.lastIndexOf("}") + 1);
    return used.test(body) && own.test(body);
  });
}

/** Where the bracket that opens at `open` closes. */
function findClosing(text: string, open: number): number | null {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    const letter = text[index];
    if (letter === "[" || letter === "(") depth++;
    if (letter === "]" || letter === ")") depth--;
    if (depth === 0) return index;
    if (letter === ";" || letter === "{" || letter === "}") return null;
  }
  return null;
}

/** The semicolon that ends the statement; null where it is part of a loop's head. */
function findStatementEnd(text: string, from: number): number | null {
  let depth = 0;
  for (let index = from; index < text.length; index++) {
    const letter = text[index];
    if (letter === "[" || letter === "(") depth++;
    if (letter === "]" || letter === ")") depth--;
    if (depth < 0 || letter === "{" || letter === "}") return null;
    if (letter === ";") return index;
  }
  return null;
}

function stripComments(code: string): string {
  return code.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, " ");
}
