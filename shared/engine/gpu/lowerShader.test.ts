import { expect, test } from "vitest";
import { canLower, listStorage, lowerShader } from "./lowerShader.ts";

/** A program over `a` and `b` (floats, read), `v` (vectors of four, written) and `result` (floats, written). */
function write(body: string, functions = ""): string {
  return `@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> result : array< f32 >;
@group(0) @binding(3) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${functions}
@compute @workgroup_size(1) fn main() {
  ${body}
}`;
}

/** The body of `main`, all buffers but `b` lowered. */
function lower(code: string): string | null {
  const storages = listStorage(code).filter(({ name }) => name !== "b");
  const lowered = lowerShader(code, storages, "half");
  return lowered === null
    ? null
    : (/fn main\(\) \{\s*([\s\S]*?)\s*\n\}/.exec(lowered)?.[1]?.replaceAll(/\s+/g, " ") ?? "");
}

test("finds the storage buffers of a program, whoever wrote it", () => {
  expect(listStorage(write(""))).toEqual([
    { binding: 0, name: "a", isWritten: false, element: "f32" },
    { binding: 1, name: "b", isWritten: false, element: "f32" },
    { binding: 2, name: "result", isWritten: true, element: "f32" },
    { binding: 3, name: "v", isWritten: true, element: "vec4<f32>" },
  ]);
});

const forms: readonly (readonly [what: string, body: string, lowered: string])[] = [
  ["a read", "let x = a[i + 1] * b[i];", "let x = f32(a[i + 1]) * b[i];"],
  ["a read within a read", "let x = a[i32(a[0])];", "let x = f32(a[i32(f32(a[0]))]);"],
  ["a store", "result[i] = a[i] + 1.0;", "result[i] = netloom_round1( f32(a[i]) + 1.0);"],
  [
    "a sum in place",
    "result[i] += a[i];",
    "result[i] = netloom_round1(f32(result[i]) + ( f32(a[i])));",
  ],
  ["a comparison", "if (result[i] == a[i]) {}", "if (f32(result[i]) == f32(a[i])) {}"],
  ["at most", "if (a[i] <= b[i]) {}", "if (f32(a[i]) <= b[i]) {}"],
  ["vectors", "v[i] = v[j] * 2.0;", "v[i] = netloom_round4( vec4<f32>(v[j]) * 2.0);"],
  ["a lane", "v[i].x = v[j].y;", "v[i].x = netloom_round1( vec4<f32>(v[j]).y);"],
  ["a lane by number", "v[i][k] = v[j][2];", "v[i][k] = netloom_round1( vec4<f32>(v[j])[2]);"],
  ["several lanes read", "let x = v[i].xy;", "let x = vec4<f32>(v[i]).xy;"],
  [
    "over several lines",
    "result[\n i ] =\n max(a[i],\n b[i]);",
    "result[ i ] = netloom_round1( max(f32(a[i]), b[i]));",
  ],
  ["a field of the same name", "let x = uniforms.a[0];", "let x = uniforms.a[0];"],
  ["a comment", "let x = 1; // a[0] = 2;", "let x = 1;"],
];

test.each(forms)("rewrites %s", (_what, body, lowered) => {
  expect(lower(write(body))).toBe(lowered);
});

const refused: readonly (readonly [what: string, body: string])[] = [
  ["a pointer", "let p = &a[0];"],
  ["bits read", "let x = bitcast<u32>(a[0]);"],
  ["bits stored", "result[0] = bitcast<f32>(7u);"],
  ["a store in a loop's head", "for (var i = 0; i < 3; result[i] = 1.0) {}"],
  ["a local of the same name", "let a = vec4<f32>(1.0); let x = a[0];"],
];

test.each(refused)("refuses %s", (_what, body) => {
  expect(lower(write(body))).toBeNull();
});

test("a parameter of the same name in a function that does not index it is another thing", () => {
  const code = write("let x = twice(a[0]);", "fn twice(a: f32) -> f32 { return a + a; }");
  expect(lower(code)).toBe("let x = twice(f32(a[0]));");
});

test("buffers of whole numbers are not lowered", () => {
  const code =
    "@group(0) @binding(0) var<storage, read> a: array<i32>;\nfn main() { let x = a[0]; }";
  const [storage] = listStorage(code);
  expect(storage && canLower(code, storage)).toBe(false);
});

test("declares 16 bits, and only where it stores them", () => {
  const code = write("result[0] = a[0];");
  const [a, , result] = listStorage(code);
  if (!a || !result) throw new Error("The program has both.");
  const half = lowerShader(code, [a, result], "half") ?? "";
  expect(half).toMatch(/^enable f16;\n/);
  expect(half).toContain("var<storage, read_write> result : array<f16>;");
  expect(half).toContain("var<storage, read> b: array<f32>;");
  const rounded = lowerShader(code, [a, result], "rounded") ?? "";
  expect(rounded).not.toMatch(/f16|enable/);
  expect(rounded).toContain("result[0] = netloom_round1( a[0]);");
});
