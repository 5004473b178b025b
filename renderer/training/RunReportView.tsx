import type { Metrics, RunReport } from "#shared/training/events.ts";
import { Baselines } from "./Baselines.tsx";
import { ConfusionMatrix } from "./ConfusionMatrix.tsx";
import { ResidualPlot } from "./ResidualPlot.tsx";
import { SamplePredictions } from "./SamplePredictions.tsx";

/** How the model does on the validation part. */
export function RunReportView({
  report,
  metrics,
  snapshot,
}: {
  readonly report: RunReport;
  readonly metrics: Metrics;
  /** The project as it was when the run started. */
  readonly snapshot: string;
}) {
  return (
    <div className="nl-report">
      {report.confusion !== null && (
        <section className="is-snug">
          <h3 className="nl-heading">Confusion matrix</h3>
          <ConfusionMatrix confusion={report.confusion} />
        </section>
      )}
      {report.residuals !== null && report.residuals.length > 0 && (
        <section>
          <h3 className="nl-heading">Prediction against truth</h3>
          <ResidualPlot residuals={report.residuals} />
        </section>
      )}
      {report.baselines.length > 0 && (
        <section>
          <h3 className="nl-heading">Better than guessing?</h3>
          <Baselines baselines={report.baselines} metrics={metrics} />
        </section>
      )}
      {report.samples.length > 0 && (
        <section className="is-wide">
          <h3 className="nl-heading">Sample predictions</h3>
          <SamplePredictions samples={report.samples} snapshot={snapshot} />
        </section>
      )}
    </div>
  );
}
