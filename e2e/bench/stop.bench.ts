import { createRandom } from "#shared/base/random.ts";
import { type Figure, summarise } from "./figure.ts";
import { stoppedNetworks } from "./stopping/networks.ts";
import { stopCommand } from "./stopping/stopCommand.ts";
import { findPercentile, type Stops } from "./stopping/stops.ts";
import { stopInWindow } from "./stopping/stopWindow.ts";

/**
 * `npm run bench -- stop`: from Stop to the moment when the run is over for the person: Train can be pressed again, or
 * the command has ended. Forty stops a place, at random moments of the first seconds.
 */
export interface StopOptions {
  /** Only these networks; all where empty. */
  readonly workloads: readonly string[];
  readonly isQuiet: boolean;
}

const stopsPerNetwork = 10;
/** From the run's first step; sometimes from its beginning: see `startsWithStep`. */
const latestMs = 5000;
const limitMs = 500;

const places = [
  { title: "the window, WebGPU", stop: windowStops(true) },
  { title: "the window, CPU", stop: windowStops(false) },
  { title: "the command line, WebGPU", stop: commandStops("webgpu") },
  { title: "the command line, CPU", stop: commandStops("cpu") },
] as const;

type StopAll = (
  network: (typeof stoppedNetworks)[number],
  delaysMs: readonly number[],
) => Promise<Stops>;

function windowStops(hasGpu: boolean): StopAll {
  return (network, delaysMs) => stopInWindow(network, { delaysMs, hasGpu });
}

function commandStops(backend: "cpu" | "webgpu"): StopAll {
  return (network, delaysMs) => stopCommand(network, { delaysMs, backend });
}

interface StopRow {
  readonly place: string;
  readonly network: string;
  readonly medianMs: number;
  readonly percentile95Ms: number;
  readonly mostMs: number;
  readonly stops: number;
  readonly kept: number;
  readonly nothingToKeep: number;
  readonly isContinued: boolean;
}

const rows: StopRow[] = [];

/** Every network's own figures, of the last `run`. */
export function describeRows(): readonly StopRow[] {
  return rows;
}

export async function run(options: StopOptions): Promise<readonly Figure[]> {
  const chosen = stoppedNetworks.filter(
    ({ id }) => options.workloads.length === 0 || options.workloads.includes(id),
  );
  if (chosen.length === 0) {
    throw new Error(`There are: ${stoppedNetworks.map(({ id }) => id).join(", ")}.`);
  }
  const random = createRandom("stop");
  const figures: Figure[] = [];
  for (const { title: place, stop } of places) {
    const all: number[] = [];
    for (const network of chosen) {
      const delaysMs = Array.from({ length: stopsPerNetwork }, () => random.nextInt(latestMs));
      const stops = await stop(network, delaysMs);
      all.push(...stops.timesMs);
      const row: StopRow = {
        place,
        network: network.title,
        medianMs: findPercentile(stops.timesMs, 0.5),
        percentile95Ms: findPercentile(stops.timesMs, 0.95),
        mostMs: findPercentile(stops.timesMs, 1),
        stops: stops.timesMs.length,
        kept: stops.kept,
        nothingToKeep: stops.nothingToKeep,
        isContinued: stops.isContinued,
      };
      rows.push(row);
      if (!options.isQuiet) console.log(`  ${describe(row)}`);
      if (row.kept + row.nothingToKeep < row.stops || !row.isContinued) {
        throw new Error(`${place}, ${network.title}: a stopped run lost its weights.`);
      }
    }
    const shown = summarise(`Stop to the run's end in ${place}, ${all.length} stops`, "ms", all);
    figures.push(shown, {
      ...shown,
      label: `the same, 95 of 100 within`,
      median: findPercentile(all, 0.95),
      limit: limitMs,
    });
  }
  return figures;
}

function describe(row: StopRow): string {
  const { medianMs, percentile95Ms, mostMs } = row;
  const times = [medianMs, percentile95Ms, mostMs].map((value) => value.toFixed(0)).join(" / ");
  return `${row.place}, ${row.network}: ${times} ms (median / 95 % / most); ${row.kept} of ${row.stops} kept, ${row.nothingToKeep} before their first step${row.isContinued ? "" : "; NOT continued"}`;
}
