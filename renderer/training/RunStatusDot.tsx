import type { RunInfo } from "#shared/host/contract.ts";
import { describeStatus } from "./describeRun.ts";

export function RunStatusDot({ status }: { readonly status: RunInfo["status"] }) {
  const tone = {
    running: "is-busy",
    finished: "is-good",
    "early-stopping": "is-good",
    stopped: "is-calm",
    interrupted: "is-calm",
    failed: "is-bad",
  }[status];
  return (
    <span className={`nl-status ${tone}`}>
      <span className="nl-dot" />
      {describeStatus(status)}
    </span>
  );
}
