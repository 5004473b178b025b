import { analyzeDocument } from "#shared/analysis/analyzeDocument.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import { compileDocument } from "#shared/compiler/compileDocument.ts";
import type { ModelPlan } from "#shared/compiler/plan.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import type { RunInfo } from "#shared/host/contract.ts";
import { parseProject } from "#shared/project/parseProject.ts";
import { nameEpochFile, readEpochOfFile } from "#shared/training/epochWeights.ts";
import type {
  InsidePictures,
  InsideReply,
  InsideRequest,
} from "#shared/training/insideProtocol.ts";
import { host } from "../../host/hostClient.ts";
import { readToken } from "../../host/token.ts";

/** What a run was made of. */
export interface RunParts {
  readonly plan: ModelPlan;
  readonly data: DataBinding;
}

/** From the project that the run keeps. The error is a sentence. */
export function readRunParts({ snapshot }: RunInfo): Result<RunParts, string> {
  const parsed = parseProject(snapshot);
  if (!parsed.ok) return err("The project that this run keeps can't be read any more.");
  const document = parsed.value;
  const plan = compileDocument(document, analyzeDocument(document));
  if (!plan.ok) return err(plan.error[0]?.message ?? "The run's network has mistakes.");
  if (document.data === null) return err("The run's data is not named.");
  return ok({ plan: plan.value, data: document.data });
}

/** Epochs whose weights lie in the run's folder, in order. */
export async function listKeptEpochs(runId: string): Promise<readonly number[]> {
  const files = await host.listRunFiles(runId);
  if (!files.ok) return [];
  return files.value
    .flatMap(({ name }) => readEpochOfFile(name) ?? [])
    .toSorted((left, right) => left - right);
}

export interface Look {
  readonly runId: string;
  readonly epoch: number;
  readonly layer: string;
  readonly place: number;
}

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, (reply: InsideReply) => void>();

/** Pictures of one layer and sample with the weights of one epoch. The error is a sentence. */
export async function lookInside(
  { plan, data }: RunParts,
  { runId, epoch, layer, place }: Look,
): Promise<Result<InsidePictures, string>> {
  const weights = await host.readRunFile(runId, nameEpochFile(epoch));
  if (!weights.ok) return err(weights.error.message);
  const request: InsideRequest = {
    id: ++lastId,
    runId,
    plan,
    data,
    host: { baseUrl: location.origin, token: readToken() },
    weights: weights.value,
    layer,
    place,
  };
  worker ??= startWorker();
  const target = worker;
  const reply = await new Promise<InsideReply>((resolve) => {
    waiting.set(request.id, resolve);
    target.postMessage(request);
  });
  return reply.ok ? ok(reply.inside) : err(reply.message);
}

function startWorker(): Worker {
  const started = new Worker(new URL("../../workers/insideWorker.ts", import.meta.url), {
    type: "module",
    name: "inside",
  });
  started.addEventListener("message", ({ data }: MessageEvent<InsideReply>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  started.addEventListener("error", (event) => {
    event.preventDefault();
    started.terminate();
    if (worker === started) worker = null;
    for (const [id, resolve] of waiting) {
      resolve({ id, ok: false, message: `Looking inside failed: ${event.message}` });
    }
    waiting.clear();
  });
  return started;
}
