/** A step's commands as plain lists, to be handed to the device again and again. */

/** One compute pass, or copies between passes. */
export type Segment = PassSegment | CopySegment;

export interface PassSegment {
  readonly kind: "pass";
  readonly pipelines: GPUComputePipeline[];
  readonly bindGroups: GPUBindGroup[];
  /** Workgroups: three numbers a dispatch. */
  readonly workgroups: number[];
  /** What each dispatch has bound. */
  readonly bound: (readonly Bound[])[];
}

export interface Bound {
  readonly binding: number;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
  /** Which of the tensors it was that had this buffer during the step; null where the buffer lived before. */
  readonly tenant: number | null;
}

export interface CopySegment {
  readonly kind: "copy";
  readonly source: GPUBuffer;
  readonly sourceOffset: number;
  readonly target: GPUBuffer;
  readonly targetOffset: number;
  readonly size: number;
  /** As in `Bound`. */
  readonly sourceTenant: number | null;
  readonly targetTenant: number | null;
}

export interface Recording {
  readonly segments: readonly Segment[];
  /** One line a command in which buffers are named by what they are: equal lists do the same. */
  readonly lines: readonly string[];
  /** Buffers that lived before the step: read or changed in place by it. */
  readonly externals: ReadonlySet<GPUBuffer>;
  /** Buffers of the step that it was not done with at its end, or that were filled from outside. */
  readonly lasting: ReadonlySet<GPUBuffer>;
  /** Whether parts of the step were submitted before its end. */
  readonly isSplit: boolean;
  /** Why the step can't be played again, for people; null where nothing speaks against it. */
  readonly fault: string | null;
}

export function countDispatches({ segments }: Recording): number {
  return segments.reduce(
    (count, segment) => count + (segment.kind === "pass" ? segment.pipelines.length : 0),
    0,
  );
}

/** Encodes the whole step: one pass, where nothing is copied on the way. */
export function encodeRecording(encoder: GPUCommandEncoder, { segments }: Recording): void {
  for (const segment of segments) {
    if (segment.kind === "copy") {
      const { source, sourceOffset, target, targetOffset, size } = segment;
      encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, size);
      continue;
    }
    const { pipelines, bindGroups, workgroups } = segment;
    const pass = encoder.beginComputePass();
    let last: GPUComputePipeline | undefined;
    for (let index = 0; index < pipelines.length; index++) {
      // Both lists are as long; a check here would cost more than the call.
      const pipeline = pipelines[index] as GPUComputePipeline;
      if (pipeline !== last) pass.setPipeline(pipeline);
      last = pipeline;
      pass.setBindGroup(0, bindGroups[index] as GPUBindGroup);
      pass.dispatchWorkgroups(
        workgroups[3 * index] as number,
        workgroups[3 * index + 1] as number,
        workgroups[3 * index + 2] as number,
      );
    }
    pass.end();
  }
}

/**
 * Why two recordings of the same step differ, for people; null where they are the same. What lies before the first
 * difference is the same in both.
 */
export function compareRecordings(first: Recording, second: Recording): string | null {
  const count = Math.max(first.lines.length, second.lines.length);
  for (let index = 0; index < count; index++) {
    const [one, other] = [first.lines[index], second.lines[index]];
    if (one === other) continue;
    if (one === undefined || other === undefined || kindOf(one) !== kindOf(other))
      return "it does not do the same work at every step.";
    return uploadsOf(one) === uploadsOf(other)
      ? "a layer keeps a state from step to step in tensors that change."
      : "a layer draws random numbers, or makes others, on the processor at every step.";
  }
  return null;
}

/** The command without its buffers. */
function kindOf(line: string): string {
  return line.split(" ")[0] ?? "";
}

function uploadsOf(line: string): string {
  return line
    .split(" ")
    .filter((word) => word.includes("=u"))
    .join();
}
