/**
 * Names that are safe wherever a plan goes: TypeScript, Python, and the names of tensors in model files. Built from an
 * allow-list, never by taking bad characters out one by one.
 */

import { ownNames } from "./own/ownNames.ts";

/** Reserved in JavaScript, TypeScript (strict) or Python, or global in either so that hiding it would do harm. */
const reserved: ReadonlySet<string> = new Set(
  `abstract and any arguments as assert async await bigint boolean break case catch class const
  constructor continue debugger declare def default del delete do elif else enum eval except exec export extends
  false finally for from function get global globalThis if implements import in infer instanceof interface is
  isFinite isNaN keyof lambda let match module namespace never new nonlocal not null number object of or
  package pass print private protected prototype public raise readonly require return satisfies self set static
  string super switch symbol this throw toString true try type typeof undefined union unique unknown
  valueOf var void while with yield None True False NaN Infinity
  Array Boolean Buffer Date Error Float32Array Int32Array JSON Map Math Number Object Promise Proxy Reflect Set
  String Symbol Uint32Array Uint8Array process console window document
  abs all bool bytes dict dir enumerate filter float format hash help id input int iter len list map max min
  next open ord pow range repr reversed round setattr getattr slice sorted str sum tuple vars zip
  __name__ __file__ __proto__`.split(/\s+/),
);

/** What the printed scripts call their own things. */
const taken: ReadonlySet<string> = new Set([
  ...ownNames,
  ...`tf keras layers np numpy csv gzip math os sys Path path model inputs outputs data train validation
  buildModel build_model compileModel compile_model trainModel train_model loadData load_data main history
  folder seed readFileSync gunzipSync join pathToFileURL`.split(/\s+/),
]);

const maxLength = 60;

/** `Größe (cm)` → `Grosse_cm`, `3rd` → `layer_3rd`, `class` → `class_1`. Letters, digits and underscores only. */
export function makeIdentifier(text: string, fallback = "layer"): string {
  const joined = joinWords(text).slice(0, maxLength);
  const trimmed = joined.replace(/_+$/, "");
  const name =
    trimmed === "" ? fallback : /^[0-9]/.test(trimmed) ? `${fallback}_${trimmed}` : trimmed;
  return isFree(name) ? name : `${name}_1`;
}

/** `Größe (cm)` → `Grosse_cm`: what an identifier is made of. Letters, digits and underscores only. */
export function joinWords(text: string): string {
  const ascii = text
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "");
  return (ascii.match(/[A-Za-z0-9]+/g) ?? []).join("_");
}

/** Identifiers for many texts: in order, no two alike, also where capitals don't count (files on some systems). */
export function makeIdentifiers(texts: readonly string[], fallback = "layer"): readonly string[] {
  const used = new Set<string>();
  return texts.map((text) => {
    const base = makeIdentifier(text, fallback);
    let name = base;
    for (let number = 2; used.has(name.toLowerCase()); number++) name = `${base}_${number}`;
    used.add(name.toLowerCase());
    return name;
  });
}

/** Whether a name from elsewhere may stand in code as it is. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(text) && text.length <= maxLength + 20 && isFree(text);
}

function isFree(name: string): boolean {
  return !reserved.has(name) && !taken.has(name);
}
