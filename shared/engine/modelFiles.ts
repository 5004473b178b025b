import * as tf from "@tensorflow/tfjs";
import { err, ok, type Result } from "../base/result.ts";
import { makeWeightShards } from "../training/weightShards.ts";
import { errorText } from "./buildModel.ts";
import { patchLayer } from "./layerPatches.ts";
// Registers the classes that files name.
import "./ownLayers.ts";
import type { Snapshot } from "./snapshots.ts";
import { setWeightBudget } from "./weightBudget.ts";

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** tfjs's layers format, `model.json` and weight shards, as `tf.loadLayersModel` reads it. Needs no device: works after it is lost. */
export function saveModelFiles(model: tf.LayersModel, snapshot: Snapshot): readonly ModelFile[] {
  const specs = model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape.map((size) => size ?? 1),
    dtype: "float32" as const,
  }));
  const shards = makeWeightShards(snapshot);
  const manifest = {
    format: "layers-model",
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
    convertedBy: null,
    modelTopology: forgetMasks(model.toJSON(null, false)),
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: specs }],
  };
  const text = new TextEncoder().encode(JSON.stringify(manifest));
  return [{ name: "model.json", bytes: text }, ...shards];
}

/** The model of `model.json` and its shards on the current backend. The error says which file is wrong. */
export async function loadModelFiles(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Result<tf.LayersModel, string>> {
  const byName = new Map(files.map((file) => [file.name, file.bytes]));
  const bytes = byName.get("model.json");
  if (!bytes) return err("There is no model.json.");
  try {
    const manifest = readManifest(JSON.parse(new TextDecoder().decode(bytes)));
    if (!manifest) return err("model.json is not a tfjs layers model.");
    const shards: Uint8Array[] = [];
    for (const path of manifest.paths) {
      const shard = byName.get(path);
      if (!shard) return err(`The weights file ${path}, named in model.json, is missing.`);
      shards.push(shard);
    }
    const weightData = joinBytes(shards).buffer;
    const declared = manifest.specs.reduce(
      (total, spec) => total + 4 * spec.shape.reduce((product, size) => product * size, 1),
      0,
    );
    if (declared !== weightData.byteLength) {
      return err(
        `The weights hold ${weightData.byteLength} bytes; model.json declares ${declared}. A file is cut off or belongs to another model.`,
      );
    }
    const artifacts = {
      modelTopology: manifest.topology,
      weightSpecs: [...manifest.specs],
      weightData,
    };
    const model = await tf.loadLayersModel({
      load() {
        // What comes next is making the layers, in one go.
        setWeightBudget(weightData.byteLength / 4);
        return Promise.resolve(artifacts);
      },
    });
    for (const layer of model.layers) patchLayer(layer);
    return ok(model);
  } catch (error) {
    return err(`model.json can't be loaded: ${errorText(error)}`);
  } finally {
    setWeightBudget(null);
  }
}

interface Manifest {
  readonly topology: object;
  readonly paths: readonly string[];
  readonly specs: readonly { name: string; shape: number[]; dtype: "float32" }[];
}

function readManifest(json: unknown): Manifest | null {
  if (!isRecord(json)) return null;
  const topology = json["modelTopology"];
  const groups = json["weightsManifest"];
  if (!isRecord(topology) || !Array.isArray(groups)) return null;
  const paths: string[] = [];
  const specs: { name: string; shape: number[]; dtype: "float32" }[] = [];
  for (const group of groups as readonly unknown[]) {
    if (!isRecord(group) || !Array.isArray(group["paths"]) || !Array.isArray(group["weights"]))
      return null;
    for (const path of group["paths"] as readonly unknown[]) paths.push(String(path));
    for (const spec of group["weights"] as readonly unknown[]) {
      if (!isRecord(spec) || !Array.isArray(spec["shape"]) || spec["dtype"] !== "float32")
        return null;
      specs.push({
        name: String(spec["name"]),
        shape: spec["shape"].map(Number),
        dtype: "float32",
      });
    }
  }
  return { topology, paths, specs };
}

/** Dropout's seed belongs to a training step; a loaded model would repeat that step's mask for ever. */
function forgetMasks(topology: unknown): unknown {
  if (Array.isArray(topology)) return topology.map(forgetMasks);
  if (!isRecord(topology)) return topology;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(topology)) copy[key] = forgetMasks(value);
  const config = copy["config"];
  if (copy["class_name"] === "Dropout" && isRecord(config)) {
    const { seed: _seed, ...rest } = config;
    copy["config"] = rest;
  }
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return joined;
}
