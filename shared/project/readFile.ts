import type { z } from "../base/schema.ts";
import type { JsonObject } from "../base/json.ts";
import { type Result, err, ok } from "../base/result.ts";
import { forbiddenKeys } from "../document/checkJson.ts";
import { type Migration, migrateFile } from "./migrations.ts";
import { type JsonPath, locateOffset, locatePath, scanJson } from "./scanJson.ts";

/** Why a file can't be read: what, where, and what to do. */
export interface ProjectIssue {
  readonly code:
    | "not-json"
    | "not-netloom"
    /** Never write over such a file. */
    | "newer-version"
    | "too-large"
    | "forbidden-key"
    | "bad-value";
  readonly message: string;
  /** `models.main.nodes[3].position`; absent for the file as a whole. */
  readonly path?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}

/** One kind of file that Netloom writes. */
export interface FileKind<T> {
  readonly format: string;
  /** "project": for sentences. */
  readonly noun: string;
  readonly version: number;
  readonly migrations: readonly Migration[];
  /** Of a file of the present version. */
  readonly schema: z.ZodType<T>;
  /** Characters. */
  readonly maxLength: number;
}

type Read<T> = Result<T, readonly ProjectIssue[]>;

const maxIssues = 20;
/** Lists and objects within each other. */
const maxDepth = 40;

/** Reads a text that may be anything: JSON, then the format, then old versions, and only then what is in it. */
export function readFile<T>(text: string, kind: FileKind<T>): Read<T> {
  const { format, noun, version: present } = kind;
  if (text.length > kind.maxLength) {
    const size = Math.round(text.length / 1e6);
    const limit = kind.maxLength / 1e6;
    return fail("too-large", `The file has ${size} million characters; the limit is ${limit}.`);
  }
  const json = parseJson(text);
  if (!json.ok) return json;
  const file = json.value;
  if (!isObject(file) || file["format"] !== format) {
    return fail(
      "not-netloom",
      `This is not a Netloom ${noun}: it should begin with { "format": "${format}", "version": ${present}.`,
    );
  }
  const version = file["version"];
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
    return failAt(text, ["version"], "bad-value", "must be a whole number");
  }
  if (version > present) {
    return fail(
      "newer-version",
      `This ${noun} was written by a newer Netloom (file version ${version}, this one reads ${present}). Update Netloom to open it; the file stays as it is.`,
    );
  }
  const forbidden = findForbiddenKey(file, []);
  if (forbidden !== null) {
    if (forbidden.length > maxDepth) {
      const what = `is nested more than ${maxDepth} levels deep`;
      return err([issueAt(text, forbidden, "bad-value", what, forbidden.slice(0, 6))]);
    }
    return failAt(text, forbidden, "forbidden-key", `is a name that a ${noun} may not use`);
  }
  const current = migrateFile(file, { to: present, migrations: kind.migrations });
  if (current === null) {
    return failAt(text, ["version"], "bad-value", `is ${version}, which was never a version`);
  }
  const parsed = kind.schema.safeParse(current);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.slice(0, maxIssues).map(({ path, message, ...rest }) => {
      const keys = path.map((key) => (typeof key === "symbol" ? String(key) : key));
      const unknown = "keys" in rest ? rest.keys.slice(0, 3) : [];
      const what =
        unknown.length > 0 ? `has an unknown property: ${unknown.join(", ")}` : tidy(message);
      return issueAt(text, [...keys, ...unknown.slice(0, 1)], "bad-value", what, keys);
    }),
  );
}

/** The version that a text claims to have, whatever else is in it; null where it is of another kind. */
export function peekVersion(
  text: string,
  { format, maxLength }: Pick<FileKind<unknown>, "format" | "maxLength">,
): number | null {
  const json = text.length > maxLength ? null : parseJson(text);
  if (json === null || !json.ok || !isObject(json.value)) return null;
  const version = json.value["version"];
  return json.value["format"] === format && typeof version === "number" ? version : null;
}

function parseJson(text: string): Result<unknown, readonly ProjectIssue[]> {
  try {
    return ok(JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text));
  } catch {
    const fault = scanJson(text) ?? { offset: 0, what: "it can't be read" };
    const place = locateOffset(text, fault.offset);
    const where = `line ${place.line}, column ${place.column}`;
    return err([
      {
        code: "not-json",
        message: `The file is damaged at ${where}: ${fault.what}. Repair it there or take an earlier copy.`,
        ...place,
      },
    ]);
  }
}

/** A path that is longer than `maxDepth` is one to what is nested too deep. Iterative, because depth is what a hostile file would attack. */
function findForbiddenKey(root: JsonObject, start: JsonPath): JsonPath | null {
  const waiting: { readonly value: unknown; readonly path: JsonPath }[] = [
    { value: root, path: start },
  ];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const { value, path } = entry;
    if (typeof value !== "object" || value === null) continue;
    if (path.length > maxDepth) return path;
    for (const [key, child] of Object.entries(value)) {
      const childPath = [...path, Array.isArray(value) ? Number(key) : key];
      if (forbiddenKeys.has(key)) return childPath;
      if (typeof child === "object" && child !== null) {
        waiting.push({ value: child, path: childPath });
      }
    }
  }
  return null;
}

function issueAt(
  text: string,
  path: JsonPath,
  code: ProjectIssue["code"],
  what: string,
  shown: JsonPath = path,
): ProjectIssue {
  const place = locatePath(text, path);
  const name = formatPath(shown);
  const subject = name === "" ? "The file" : name;
  return {
    code,
    message: `Line ${place.line}: ${subject} ${what}.`,
    ...(name === "" ? {} : { path: name }),
    ...place,
  };
}

function failAt(
  text: string,
  path: JsonPath,
  code: ProjectIssue["code"],
  what: string,
): Read<never> {
  return err([issueAt(text, path, code, what)]);
}

function fail(code: ProjectIssue["code"], message: string): Read<never> {
  return err([{ code, message }]);
}

function formatPath(path: JsonPath): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join("");
}

/** zod: "Invalid input: expected number, received string" → "is not right: expected number, received string". */
function tidy(message: string): string {
  return message
    .replace(/^Invalid input: /, "is not right: ")
    .replace(/^(?:Too|Invalid) /, "is not right: $&");
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
