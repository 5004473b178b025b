import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { BackendName } from "../training/events.ts";
import { errorText } from "./buildModel.ts";
import { installCpuKernels } from "./cpuKernels.ts";
import { watchPipelines } from "./gpu/pipelineBindings.ts";
import { probeDeviceMemory } from "./gpu/probeMemory.ts";
import { applyPatches } from "./patches.ts";

/** What computes, in words and limits, and how it may break down. */
export interface Backend {
  readonly name: BackendName;
  /** "NVIDIA …", "SwiftShader (software)", "JavaScript". */
  readonly device: string;
  /** True where WebGPU is emulated on the processor. */
  readonly isSoftware: boolean;
  /** Why it is not the first choice; null where it is. */
  readonly note: string | null;
  /** Bytes that one tensor may have; null where no limit is known. */
  readonly maxTensorBytes: number | null;
  /**
   * How many of so many bytes the device gives at the moment: they are allocated and given back. Absent where that says
   * nothing, as memory is the computer's own.
   */
  probeMemory?(bytes: number): Promise<number>;
  /** Whether it can keep numbers in 16 bits, as training in mixed precision wants: WebGPU's feature "shader-f16". */
  readonly hasHalf: boolean;
  /** Called at every step: lets messages (pause, stop) in where reading a tensor does not. */
  breathe(): Promise<void>;
  /** Tells of a lost device or an error that tfjs would swallow. Returns the way to stop listening. */
  onFault(listener: (fault: BackendFault) => void): () => void;
}

export interface BackendFault {
  readonly code: "device-lost" | "out-of-memory" | "internal";
  readonly message: string;
}

/** The one GPU device of this runtime, kept while it lives. */
let current: { readonly backend: Backend; isLost: boolean } | null = null;

/**
 * Starts the preferred backend, or the best there is: WebGPU, then WebGL, then plain JavaScript. Never fails: JavaScript is
 * always there; `name` and `note` say what it came to. With `allowSoftware: false` an emulated adapter counts as absent.
 */
export async function selectBackend(
  preferred: BackendName | "auto",
  options: { readonly allowSoftware?: boolean } = {},
): Promise<Backend> {
  // Skips checks of every kernel's arguments and the advice to install another backend.
  tf.enableProdMode();
  const notes: string[] = [];
  if (preferred === "auto" || preferred === "webgpu") {
    const started = await startWebgpu(options.allowSoftware ?? true);
    if (typeof started !== "string") return started;
    notes.push(started);
  }
  if (preferred !== "cpu" && (await startWebgl())) {
    return plainBackend("webgl", describeWebgl(), notes.join(" ") || null);
  }
  if (preferred === "webgl") notes.push("WebGL is not available.");
  await tf.setBackend("cpu");
  await tf.ready();
  installCpuKernels();
  return plainBackend("cpu", "JavaScript", notes.join(" ") || null);
}

/** A new WebGPU device in place of a lost one; null where none can be had now. Nothing else is started instead. */
export async function renewWebgpu(): Promise<Backend | null> {
  const started = await startWebgpu(true);
  return typeof started === "string" ? null : started;
}

async function startWebgpu(allowSoftware: boolean): Promise<Backend | string> {
  const gpu = findGpu();
  if (!gpu) return "WebGPU is not available here.";
  if (current && !current.isLost && current.backend.name === "webgpu") {
    if (current.backend.isSoftware && !allowSoftware)
      return "Only a software WebGPU adapter exists.";
    await tf.setBackend("webgpu");
    return current.backend;
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return "No WebGPU adapter was found.";
    const isSoftware = isSoftwareAdapter(adapter);
    if (isSoftware && !allowSoftware) return "Only a software WebGPU adapter exists.";
    const device = await adapter.requestDevice(describeDevice(adapter));
    watchPipelines(device);
    if (tf.engine().registryFactory["webgpu"]) tf.removeBackend("webgpu");
    tf.registerBackend("webgpu", () => new WebGPUBackend(device, adapter.info), 3);
    applyPatches({ isSoftware });
    if (!(await tf.setBackend("webgpu"))) return "WebGPU could not be started.";
    await tf.ready();
    const backend = webgpuBackend(device, adapter, isSoftware);
    const state = { backend, isLost: false };
    void device.lost.then(() => {
      state.isLost = true;
    });
    current = state;
    return backend;
  } catch (error) {
    return `WebGPU could not be started: ${errorText(error)}`;
  }
}

/** Everything tfjs asks for, at the adapter's limits. */
function describeDevice(adapter: GPUAdapter): GPUDeviceDescriptor {
  const { limits } = adapter;
  const wanted: readonly string[] = [
    "timestamp-query",
    "bgra8unorm-storage",
    "subgroups",
    "shader-f16",
  ];
  const features = wanted.filter((feature) => adapter.features.has(feature));
  return {
    // The types of WebGPU do not know subgroups yet.
    requiredFeatures: features as GPUFeatureName[],
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}

function webgpuBackend(device: GPUDevice, adapter: GPUAdapter, isSoftware: boolean): Backend {
  // One handler for all runs: a handler of each run would live as long as the device.
  const lostListeners = new Set<(message: string) => void>();
  let lost: string | null = null;
  void device.lost.then(({ message }) => {
    lost = message;
    for (const listener of lostListeners) listener(message);
  });
  return {
    name: "webgpu",
    device: describeAdapter(adapter, isSoftware),
    isSoftware,
    note: isSoftware ? "This WebGPU adapter is emulated on the processor." : null,
    maxTensorBytes: Math.min(
      device.limits.maxBufferSize,
      device.limits.maxStorageBufferBindingSize,
    ),
    probeMemory: (bytes) => probeDeviceMemory(device, bytes),
    hasHalf: device.features.has("shader-f16"),
    // Every other step waits for the device to have done one, which lets messages in.
    breathe: () => Promise.resolve(),
    onFault(listener) {
      const onError = (event: GPUUncapturedErrorEvent) => {
        const isMemory = event.error.constructor.name === "GPUOutOfMemoryError";
        listener({
          code: isMemory ? "out-of-memory" : "internal",
          message: event.error.message,
        });
      };
      device.addEventListener("uncapturederror", onError);
      const onLost = (message: string) => listener({ code: "device-lost", message });
      if (lost === null) lostListeners.add(onLost);
      else onLost(lost);
      return () => {
        lostListeners.delete(onLost);
        device.removeEventListener("uncapturederror", onError);
      };
    },
  };
}

function isSoftwareAdapter(adapter: GPUAdapter): boolean {
  const { info } = adapter;
  const isFallback = info.isFallbackAdapter || Reflect.get(adapter, "isFallbackAdapter") === true;
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return isFallback || /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(words);
}

function describeAdapter(adapter: GPUAdapter, isSoftware: boolean): string {
  const { info } = adapter;
  const name =
    info.description || [info.vendor, info.architecture || info.device].filter(Boolean).join(" ");
  return `${name || "WebGPU adapter"}${isSoftware ? " (software)" : ""}`;
}

/** Browsers and workers have `navigator.gpu`; in Node the caller puts Dawn's there. */
function findGpu(): GPU | null {
  const navigator: unknown = Reflect.get(globalThis, "navigator");
  if (typeof navigator !== "object" || navigator === null) return null;
  const gpu: unknown = Reflect.get(navigator, "gpu");
  // The only object under this name in any runtime is WebGPU's entry point.
  return typeof gpu === "object" && gpu !== null ? (gpu as GPU) : null;
}

async function startWebgl(): Promise<boolean> {
  if (!tf.engine().registryFactory["webgl"]) return false;
  try {
    return (await tf.setBackend("webgl")) && tf.getBackend() === "webgl";
  } catch {
    return false;
  }
}

function describeWebgl(): string {
  const size = Number(tf.env().get("WEBGL_MAX_TEXTURE_SIZE"));
  return Number.isFinite(size) ? `WebGL (textures up to ${size})` : "WebGL";
}

/** WebGL and JavaScript: work is done when the tensors are read, so this only lets messages in now and then. */
function plainBackend(name: "webgl" | "cpu", device: string, note: string | null): Backend {
  let lastYieldMs = performance.now();
  return {
    name,
    device,
    isSoftware: name === "cpu",
    note,
    maxTensorBytes: null,
    hasHalf: false,
    async breathe() {
      // A timer costs 1–4 ms, so not at every step.
      if (performance.now() - lastYieldMs < 40) return;
      await new Promise<void>((resolve) => void setTimeout(resolve, 0));
      lastYieldMs = performance.now();
    },
    onFault: () => () => {},
  };
}
