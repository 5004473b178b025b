/** A layer inside a layer (Bidirectional, TimeDistributed): its definition, its options, and its issues told outside. */
import { err, ok, type Result } from "../base/result.ts";
import type { AnyLayerDefinition, FixHint, LayerCall, ShapeIssue } from "./defineLayer.ts";
import type { InnerLayer, LayerParam, ParamSpecs, Params } from "./params.ts";
import { readParams } from "./readParams.ts";

export interface ReadInnerLayer {
  readonly definition: AnyLayerDefinition;
  readonly params: Params<ParamSpecs>;
}

/** The types that a wrapper takes. Given as definitions and not looked up, so that the registry stays out of a cycle. */
export type InnerTypes = readonly AnyLayerDefinition[];

export function innerLayerParam(
  types: InnerTypes,
  spec: Pick<LayerParam, "default" | "label" | "help">,
): LayerParam {
  return { kind: "layer", options: types.map(({ type }) => type), isRequired: true, ...spec };
}

export function readInnerLayer(
  inner: InnerLayer,
  types: InnerTypes,
): Result<ReadInnerLayer, ShapeIssue> {
  const definition = types.find(({ type }) => type === inner.type);
  if (definition === undefined) {
    return err(layerIssue(`'s layer must be one of ${types.map(({ title }) => title).join(", ")}`));
  }
  const params = readParams(definition.params, inner.params);
  if (params.ok) return ok({ definition, params: params.value });
  const [first] = params.error;
  const label = first === undefined ? "options" : definition.params[first.param]?.label;
  return err(layerIssue(`'s ${definition.title} has a wrong option: ${label} ${first?.message}`));
}

/** For `weights`, `lower` and the like, which are called only after `inferShape` accepted the inner layer. */
export function needInnerLayer(inner: InnerLayer, types: InnerTypes): ReadInnerLayer {
  const read = readInnerLayer(inner, types);
  if (!read.ok) throw new Error(`A wrapped layer was used without being checked: ${inner.type}`);
  return read.value;
}

/** The caption of a wrapper: the inner layer's title and what it would show itself. */
export function captionInnerLayer(inner: InnerLayer, types: InnerTypes): readonly string[] {
  const read = readInnerLayer(inner, types);
  if (!read.ok) return [inner.type];
  const { definition, params } = read.value;
  return [definition.title, ...definition.caption(params)];
}

/**
 * An inner layer's issue as the wrapper's. Options to set become a new value of `layer`; layers to insert are kept
 * only where the inner layer gets what the wrapper gets.
 */
export function liftIssue(
  issue: ShapeIssue,
  inner: InnerLayer,
  options: { readonly keepsInserts: boolean },
): ShapeIssue {
  const hints = (issue.hints ?? []).flatMap((hint): FixHint[] => {
    if (hint.kind === "insert") return options.keepsInserts ? [hint] : [];
    const value = { type: inner.type, params: { ...inner.params, [hint.param]: hint.value } };
    return [{ kind: "setParam", param: "layer", value, title: hint.title }];
  });
  const { param, ...rest } = issue;
  return { ...rest, ...(param === undefined ? {} : { param: "layer" }), hints };
}

/**
 * tfjs copies a wrapped layer from its configuration, and Keras's TimeDistributed calls it past the place where
 * activities are regularized: behind the wrapper it works in both.
 */
export function checkInnerActivity(
  { definition, params }: ReadInnerLayer,
  inner: InnerLayer,
): ShapeIssue | null {
  if ((params["activityRegularizer"] ?? null) === null) return null;
  const value = { type: inner.type, params: { ...inner.params, activityRegularizer: null } };
  return {
    ...layerIssue(
      `'s ${definition.title} must have no activity regularizer: put an ActivityRegularization behind instead`,
    ),
    hints: [{ kind: "setParam", param: "layer", value, title: "Clear the activity regularizer" }],
  };
}

/** The inner call, to be given as the `layer` option. */
export function lowerInnerLayer(
  { definition, params }: ReadInnerLayer,
  inputs: Parameters<AnyLayerDefinition["lower"]>[1],
): LayerCall {
  const call = definition.lower(params, inputs);
  if (call === null) throw new Error(`${definition.title} cannot be wrapped.`);
  return call;
}

function layerIssue(needs: string): ShapeIssue {
  return { code: "parameter", param: "layer", needs };
}
