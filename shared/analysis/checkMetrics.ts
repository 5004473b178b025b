/** Whether the options of an Output's metrics fit its units. */
import { listMetricOptions, metricNames, type MetricOptions } from "../training/metrics.ts";
import { readNodeParams } from "./analyzeNode.ts";
import { type FixContext, setParamRemedy } from "./fixContext.ts";
import { kindOfLoss } from "./lossKinds.ts";
import type { LossName } from "../training/losses.ts";
import type { OutputHead } from "./outputHead.ts";
import type { Finding } from "./tellDiagnostic.ts";

/** Metrics of classes that the output lacks, and correlations of a single number. */
export function checkMetricOptions(
  context: FixContext,
  { output, shape, edge }: OutputHead,
  loss: LossName,
): readonly Finding[] {
  const units = shape.axes.at(-1)?.size ?? null;
  const params = readNodeParams(output);
  const asked: readonly unknown[] = Array.isArray(params?.["metrics"]) ? params["metrics"] : [];
  const metrics = metricNames.filter((name) => asked.includes(name));
  if (units === null || metrics.length === 0) return [];
  const knows = (option: keyof MetricOptions) =>
    metrics.some((name) => listMetricOptions(name).includes(option));
  const about = { code: "loss-units", nodes: [output.id, edge.source], edges: [edge.id] } as const;
  const findings: Finding[] = [];
  const classId = params?.["classId"];
  if (knows("classId") && typeof classId === "number" && classId >= units) {
    findings.push({
      ...about,
      param: "classId",
      message: `${output.name} measures class ${classId}; ${context.nameOf(edge.source)} gives ${units} units, counted from 0.`,
      remedies: [setParamRemedy(context, output.id, { classId: null }, "Measure all classes")],
    });
  }
  // A yes or no has two sides.
  const sides = units === 1 || kindOfLoss(loss) === "binary" ? 2 : units;
  const chosen = params?.["iouClasses"];
  const beyond = Array.isArray(chosen)
    ? chosen.find((label) => typeof label === "number" && label >= sides)
    : undefined;
  if (knows("iouClasses") && beyond !== undefined) {
    findings.push({
      ...about,
      param: "iouClasses",
      message: `${output.name} measures the overlap of class ${beyond}; there are ${sides} classes, counted from 0.`,
      remedies: [setParamRemedy(context, output.id, { iouClasses: [] }, "Measure all classes")],
    });
  }
  const correlations = metrics.filter((name) => name.endsWith("Correlation"));
  if (units === 1 && correlations.length > 0) {
    const metricsLeft = metrics.filter((name) => !correlations.includes(name));
    findings.push({
      ...about,
      severity: "warning",
      param: "metrics",
      message: `${output.name}'s correlations are between the units of a row, and ${context.nameOf(edge.source)} gives one: they are no numbers.`,
      remedies: [
        setParamRemedy(context, output.id, { metrics: metricsLeft }, "Leave the correlations out"),
      ],
    });
  }
  return findings;
}
