import type { BlockId, NodeId } from "../base/ids.ts";
import type { JsonValue } from "../base/json.ts";
import { type Result, err, ok } from "../base/result.ts";
import { badValue, missingNode, quote } from "../document/editIssues.ts";
import type { DocumentEdit, EditIssue } from "../document/edits.ts";
import { findNode, listNodes } from "../document/graphQueries.ts";
import type { BlockDefinition, BlockParam, ProjectDocument } from "../document/model.ts";
import { originalOf } from "../document/wiring.ts";
import { findNameFault } from "../expressions/expression.ts";
import { hasExpression, listNamesIn, makeExpression } from "../expressions/resolveParams.ts";
import type { ParamSpec } from "../layers/params.ts";
import { checkParam, specDefault } from "../layers/readParams.ts";
import { findGraph } from "./blockEdits.ts";
import { findNodeType } from "./nodeType.ts";

export interface ExposeRequest {
  /** The block in which the node is; null: the main graph, where the option becomes a variable of the project. */
  readonly block: BlockId | null;
  readonly node: NodeId;
  readonly param: string;
  /** What the parameter is to be called; absent: as the option, or with a number behind it. */
  readonly name?: string;
}

/** Makes an option of a node a parameter of its block: its value becomes the default, so nothing changes yet. */
export function exposeParam(
  document: ProjectDocument,
  request: ExposeRequest,
): Result<{ readonly edit: DocumentEdit; readonly name: string }, EditIssue> {
  const found = findGraph(document, request.block);
  if (!found.ok) return found;
  const { graph, block } = found.value;
  const node = findNode(graph, request.node);
  if (node === null) return err(missingNode(request.node));
  const { type, params, name: title } = originalOf(graph, node);
  const specs = findNodeType(document, type)?.params ?? {};
  const spec = Object.hasOwn(specs, request.param) ? specs[request.param] : undefined;
  if (spec === undefined) {
    return err(badValue(`${quote(title)} has no option ${quote(request.param)}.`));
  }
  const value =
    (Object.hasOwn(params, request.param) ? params[request.param] : undefined) ?? specDefault(spec);
  const what = `The option ${quote(spec.label)} of ${quote(title)}`;
  if (hasExpression(value)) return err(badValue(`${what} is computed already.`));
  const made = makeParam(spec, value);
  const checked = checkParam(spec, value);
  if (made === null || !checked.ok) {
    return err(
      badValue(
        value === null
          ? `${what} is not set. Give it a value first, which then is the default.`
          : `${what} can't be a parameter: only numbers, texts, switches and lists of whole numbers can.`,
      ),
    );
  }
  const named = chooseName(document, block, request);
  if (!named.ok) return named;
  const name = named.value;
  const param: BlockParam = { name, label: spec.label, help: spec.help, ...made };
  const edits: readonly DocumentEdit[] =
    block === null
      ? [
          {
            kind: "setVariables",
            variables: [...document.variables, { name, value: param.default }],
          },
          { kind: "setParams", node: node.id, params: { [request.param]: makeExpression(name) } },
        ]
      : [
          { kind: "setBlock", block: block.id, change: { params: [...block.params, param] } },
          {
            kind: "inBlock",
            block: block.id,
            edit: {
              kind: "setParams",
              node: node.id,
              params: { [request.param]: makeExpression(name) },
            },
          },
        ];
  return ok({ edit: { kind: "batch", label: `Expose ${spec.label} of ${title}`, edits }, name });
}

type ParamKind = Omit<BlockParam, "name" | "label" | "help">;

/** null where blocks have no parameters of that kind, or the value is no default. */
function makeParam(spec: ParamSpec, value: JsonValue): ParamKind | null {
  switch (spec.kind) {
    case "int":
    case "float":
      if (typeof value !== "number") return null;
      return { kind: spec.kind, default: value, ...rangeOf(spec) };
    case "bool":
      return typeof value === "boolean" ? { kind: "bool", default: value } : null;
    case "text":
      return typeof value === "string" ? { kind: "text", default: value } : null;
    case "enum":
      return typeof value === "string"
        ? { kind: "text", default: value, options: spec.options }
        : null;
    case "intTuple":
    case "intList":
      if (!Array.isArray(value) || !value.every((entry) => Number.isInteger(entry))) return null;
      return { kind: "intList", default: value, ...rangeOf({ min: spec.min }) };
    default:
      // Blocks have no parameters of other kinds.
      return null;
  }
}

function rangeOf({ min, max }: { readonly min?: number | undefined; readonly max?: number }) {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function chooseName(
  document: ProjectDocument,
  block: BlockDefinition | null,
  { param, name: wanted }: ExposeRequest,
): Result<string, EditIssue> {
  const graph = block?.graph ?? document.graph;
  const taken = new Set<string>([
    "repeat",
    "trainable",
    ...(block?.params ?? document.variables).map(({ name }) => name),
    // A variable of that name in an expression here would mean something else from now on.
    ...listNodes(graph).flatMap((node) => listNamesIn(node.params)),
  ]);
  if (wanted !== undefined) {
    const fault = findNameFault(wanted);
    if (fault !== null) return err(badValue(`The parameter's name ${fault}.`));
    return taken.has(wanted)
      ? err(badValue(`The name ${quote(wanted)} already has a meaning here. Choose another.`))
      : ok(wanted);
  }
  const stem = findNameFault(param) === null ? param : "parameter";
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}${number}`;
  return ok(name);
}
