import {
  findWorkload,
  timedWorkloads,
  type WorkloadId,
} from "../../../shared/engine/step/workloads.testkit.ts";
import type { ContenderName, Order } from "./contender.ts";

export interface PlannedOrder {
  readonly order: Order;
  /** Seconds it takes on SwiftShader on two quiet cores: tells the time left before anything was measured. */
  readonly expectedS: number;
}

/**
 * Whose losses those of a network are held against: stock tfjs's own, but where it must be judged itself. At the widest network's
 * sizes tfjs 4.22 has a matmul (split-K, second operand transposed) that gives a wrong gradient where the output has few tiles.
 */
export function findReferees(workload: WorkloadId): readonly ContenderName[] {
  return workload === "mlpLarge" ? ["cpu", "jax"] : ["stockFit"];
}

const contenders: readonly ContenderName[] = ["ours", "stockFit", "stockLoop", "jax"];

/** On a software adapter: smaller than an eighth where stock tfjs would take half an hour for the whole. */
const softwareBatches: Readonly<Partial<Record<WorkloadId, number>>> = {
  cnn: 8,
  resnet: 4,
  mlpLarge: 16,
};

const expectedS: Readonly<Record<string, readonly number[]>> = {
  mlp: [11, 12, 12, 11],
  lenet: [12, 27, 27, 14],
  cnn: [12, 30, 30, 16],
  resnet: [16, 97, 97, 40],
  lstm64: [12, 60, 60, 40],
  mlpLarge: [22, 85, 85, 30, 45],
};

/** All orders in the order in which they are carried out: a network's contenders in turn. */
export function planOrders({
  workloads,
  isSoftware,
  windows,
}: {
  /** Only these; all where empty. */
  readonly workloads: readonly string[];
  readonly isSoftware: boolean;
  readonly windows: number;
}): readonly PlannedOrder[] {
  return timedWorkloads
    .filter((id) => workloads.length === 0 || workloads.includes(id))
    .flatMap((workload) => {
      const { batchSize } = findWorkload(workload);
      const referees = findReferees(workload).filter((name) => !contenders.includes(name));
      return [...contenders, ...referees].map((contender, index): PlannedOrder => ({
        order: {
          contender,
          workload,
          batchSize: isSoftware
            ? (softwareBatches[workload] ?? Math.max(8, batchSize / 8))
            : batchSize,
          device: "vulkan",
          // JavaScript takes a quarter of a minute a step with the whole batch.
          lossSteps: contender === "cpu" && !isSoftware ? 5 : 20,
          windows: contender === "cpu" ? 0 : windows,
          windowMs: isSoftware ? 1500 : 1000,
          budgetMs: 100_000,
        },
        expectedS: expectedS[workload]?.[index] ?? 30,
      }));
    });
}
