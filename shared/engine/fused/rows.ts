/** Programs that go over many values for each result: softmax, statistics, sums of columns. */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { spreadWorkgroups } from "../gpu/dispatch.ts";

/** Invocations that share the values of one result, and how it is dispatched. */
export interface RowForm {
  readonly lanes: 1 | 64;
  readonly key: string;
  readonly workgroups: readonly [x: number, y: number];
}

/** Few values are gone through by one invocation, so that no barrier is needed. */
export function chooseRowForm(backend: WebGPUBackend, rows: number, values: number): RowForm {
  const lanes = values > 256 || (rows < 64 && values > 64) ? 64 : 1;
  const workgroups = spreadWorkgroups(backend, lanes === 1 ? Math.ceil(rows / 16) : rows);
  return { lanes, key: `l${lanes}`, workgroups };
}

/**
 * WGSL: `body` knows `row` (u32) and `lane`, steps through values by `lanes`, and calls `addLanes` and `maxLanes`, which
 * give every lane the sum or the largest of what all have. Always in the same order: the same bits at every run.
 */
export function writeRowProgram(form: RowForm, rows: string, body: string): string {
  if (form.lanes === 1) {
    return `
const lanes = 1u;
fn addLanes(value: f32, lane: u32) -> f32 { return value; }
fn maxLanes(value: f32, lane: u32) -> f32 { return value; }
@compute @workgroup_size(16) fn main(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32) {
  let row = (group.y * groups.x + group.x) * 16u + local;
  let lane = 0u;
  if (row >= ${rows}) { return; }
${body}
}`;
  }
  const reduce = (name: string, join: string) => `
fn ${name}(value: f32, lane: u32) -> f32 {
  shared_values[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) {
      let a = shared_values[lane];
      let b = shared_values[lane + half];
      shared_values[lane] = ${join};
    }
    workgroupBarrier();
  }
  let all = shared_values[0];
  workgroupBarrier();
  return all;
}`;
  return `
const lanes = 64u;
var<workgroup> shared_values: array<f32, 64>;
${reduce("addLanes", "a + b")}
${reduce("maxLanes", "max(a, b)")}
@compute @workgroup_size(64) fn main(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= ${rows}) { return; }
${body}
}`;
}
