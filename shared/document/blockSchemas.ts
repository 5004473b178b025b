import { z } from "../base/schema.ts";
import type { JsonValue } from "../base/json.ts";
import { findNameFault } from "../expressions/expression.ts";
import { hasExpression, readExpressionText } from "../expressions/resolveParams.ts";
import { findJsonFault } from "./checkJson.ts";
import {
  blockIdSchema,
  edgeSchema,
  frameSchema,
  nameSchema,
  nodeSchema,
  noteSchema,
} from "./documentSchemas.ts";
import { findGraphFault } from "./graphFaults.ts";
import type { BlockDefinition, BlockParam, ModelGraph, ProjectVariable } from "./model.ts";

/** What a project's blocks and variables may hold, as `documentSchemas` says of the other parts. */

/** Options that every block has, and so none may declare. */
const ownOptions: ReadonlySet<string> = new Set(["repeat", "trainable"]);

const identifierSchema = z.string().superRefine((name, context) => {
  const fault = findNameFault(name);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

/** `z.json()` would take what a file can't hold; this is the check that options go through as well. */
const jsonSchema = z.custom<JsonValue>().superRefine((value: unknown, context) => {
  const fault = findJsonFault(value);
  if (fault !== null) context.addIssue({ code: "custom", message: fault });
});

const number = z.number().min(-1e12).max(1e12);
const paramFields = z.strictObject({
  name: identifierSchema,
  kind: z.enum(["int", "float", "bool", "text", "intList"]),
  default: jsonSchema,
  label: z.string().max(200, "must have at most 200 characters"),
  help: z.string().max(2000, "must have at most 2,000 characters"),
  min: z.exactOptional(number),
  max: z.exactOptional(number),
  options: z.exactOptional(z.array(z.string().max(200)).min(1).max(200).readonly()),
});

const blockParamSchema = paramFields.superRefine((param, context) => {
  const report = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (ownOptions.has(param.name)) {
    report("name", `must not be “${param.name}”, which every block has anyway`);
  }
  if (param.options !== undefined && param.kind !== "text") {
    report("options", "are for texts only");
  }
  if (param.min !== undefined && param.max !== undefined && param.min > param.max) {
    report("max", "must not be less than min");
  }
  const fault = findDefaultFault(param);
  if (fault !== null) report("default", fault);
});

/** Why the default doesn't fit the parameter's kind and range, as a clause, or null. */
function findDefaultFault(param: z.output<typeof paramFields>): string | null {
  const value = param.default;
  // Computed from the project's variables: what comes out is checked at each instance.
  if (readExpressionText(value) !== null) return null;
  switch (param.kind) {
    case "int":
      return Number.isInteger(value) ? findRangeFault(param, value) : "must be a whole number";
    case "float":
      return typeof value === "number" ? findRangeFault(param, value) : "must be a number";
    case "bool":
      return typeof value === "boolean" ? null : "must be true or false";
    case "text":
      if (typeof value !== "string" || value.length > 2000) {
        return "must be a text of at most 2,000 characters";
      }
      return param.options === undefined || param.options.includes(value)
        ? null
        : `must be one of ${param.options.slice(0, 10).join(", ")}`;
    case "intList": {
      if (!isNumberList(value, 1000) || !value.every(Number.isInteger)) {
        return "must be a list of at most 1,000 whole numbers";
      }
      const faults = value.map((entry) => findRangeFault(param, entry));
      return faults.find((fault) => fault !== null) ?? null;
    }
  }
}

function findRangeFault(
  { min = -Infinity, max = Infinity }: z.output<typeof paramFields>,
  value: JsonValue,
): string | null {
  if (typeof value === "number" && value < min) return `must be ${min} or more, got ${value}`;
  if (typeof value === "number" && value > max) return `must be ${max} or less, got ${value}`;
  return null;
}

export const blockFields = {
  id: blockIdSchema,
  name: nameSchema,
  summary: z.string().max(2000, "must have at most 2,000 characters"),
  params: z.array(blockParamSchema).max(100).readonly().superRefine(refuseRepeats),
};

/** The graph is checked elsewhere (`findGraphFault`): it needs more than a schema can say. */
export const blockSchema = z.strictObject({ ...blockFields, graph: z.custom<ModelGraph>() });

/** A graph as documents hold it, from outside; ids that could reach a prototype are never keys of what comes out. */
export const graphSchema = z
  .strictObject({
    nodes: z.record(z.string(), nodeSchema),
    edges: z.record(z.string(), edgeSchema),
    notes: z.record(z.string(), noteSchema),
    frames: z.record(z.string(), frameSchema),
  })
  .transform((graph, context): ModelGraph => {
    const fault = findGraphFault(graph);
    if (fault !== null) context.addIssue({ code: "custom", message: fault });
    return graph;
  });

const variableSchema = z
  .strictObject({ name: identifierSchema, value: jsonSchema })
  .superRefine(({ value }, context) => {
    if (isVariableValue(value)) return;
    const message = "must be a number, a text, true or false, a list of numbers or an expression";
    context.addIssue({ code: "custom", path: ["value"], message });
  });

export const variablesSchema = z
  .array(variableSchema)
  .max(1000)
  .readonly()
  .superRefine(refuseRepeats);

function isVariableValue(value: JsonValue): boolean {
  if (typeof value === "string") return value.length <= 2000;
  if (typeof value === "number" || typeof value === "boolean") return true;
  if (readExpressionText(value) !== null) return true;
  return isNumberList(value, 10_000) && !hasExpression(value);
}

function isNumberList(value: JsonValue, maxLength: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length <= maxLength &&
    value.every((entry) => typeof entry === "number")
  );
}

function refuseRepeats(
  items: readonly { readonly name: string }[],
  context: {
    addIssue(issue: { code: "custom"; path: (string | number)[]; message: string }): void;
  },
): void {
  const seen = new Set<string>();
  items.forEach(({ name }, index) => {
    if (seen.has(name)) {
      const message = `is used twice: “${name}”`;
      context.addIssue({ code: "custom", path: [index, "name"], message });
    }
    seen.add(name);
  });
}

/** A field added to the types but not here must not compile: it would be refused on reading. */
type Same<Left, Right> = [keyof Left, keyof Right] extends [keyof Right, keyof Left]
  ? Left extends Right
    ? Right extends Left
      ? true
      : false
    : false
  : false;
type Checked<T extends true> = T;
export type BlockSchemasMatchTypes = [
  Checked<Same<z.output<typeof blockParamSchema>, BlockParam>>,
  Checked<Same<z.output<typeof blockSchema>, BlockDefinition>>,
  Checked<Same<z.output<typeof variableSchema>, ProjectVariable>>,
];
