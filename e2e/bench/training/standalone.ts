import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inNode } from "./runChild.ts";
import { runTraining } from "./runTraining.ts";
import { printReport } from "./tableOfReport.ts";

/** The benchmark of training on a machine with nothing but the packed folder (`build/packBench.mjs`): results go to --folder. */
const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    workload: { type: "string", multiple: true, default: [] },
    windows: { type: "string", default: "5" },
    resume: { type: "boolean", default: false },
    folder: { type: "string", default: "." },
  },
});
printReport(
  await runTraining(inNode(join(here, "child.js")), {
    workloads: values.workload,
    windows: Number(values.windows),
    isResumed: values.resume,
    folder: values.folder,
    runtime: "Node",
  }),
);
