import type { JsonValue } from "../base/json.ts";
import { readBlockType } from "../document/blockType.ts";
import type { GraphNode } from "../document/model.ts";
import { makeExpression, readExpressionText } from "../expressions/resolveParams.ts";
import { findLayer } from "../layers/registry.ts";
import { freeze } from "./expandScope.ts";

/** A node taken out of an instance, as trainable as it was in there. */
export function freezeNode(node: GraphNode, trainable: JsonValue): GraphNode {
  if (trainable === true || node.shares !== undefined) return node;
  const isInstance = readBlockType(node.type) !== null;
  const canFreeze = isInstance || Object.hasOwn(findLayer(node.type)?.params ?? {}, "trainable");
  const outer = readExpressionText(trainable);
  if (outer === null) {
    const params = isInstance
      ? { ...node.params, trainable: false }
      : freeze(node.type, node.params);
    return { ...node, params };
  }
  if (!canFreeze) return node;
  const own = node.params["trainable"] ?? true;
  if (own === false) return node;
  const inner = readExpressionText(own);
  const both = inner === null ? outer : `(${inner}) and (${outer})`;
  return { ...node, params: { ...node.params, trainable: makeExpression(both) } };
}
