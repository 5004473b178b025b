import type UPlot from "uplot";
import { type CurveAxis, joinCurves } from "#shared/training/curves.ts";
import { printCsv } from "#shared/training/curvesCsv.ts";
import { chooseFile, chooserStore } from "../host/chooseFile.ts";
import { readThemeColor } from "../ui/themeColor.ts";
import { showToast } from "../ui/toastStore.ts";
import type { Span } from "./chartZoom.ts";
import type { Curve } from "./curve.ts";
import { downloadFile, writeExport } from "./exportFiles.ts";

/** The curves as they are shown, every point of them: one column for the axis and one for each. */
export function printTable(shown: {
  readonly axis: CurveAxis;
  readonly curves: readonly Curve[];
  readonly span: Span;
}): Uint8Array<ArrayBuffer> {
  const [from, to] = shown.span;
  const inside = shown.curves.map(({ points }) => points.filter(([at]) => at >= from && at <= to));
  const [places, ...columns] = joinCurves(inside);
  const axisName = { epoch: "epoch", step: "step", time: "seconds" }[shown.axis];
  const text = printCsv(
    [axisName, ...shown.curves.map(({ label }) => label)],
    places.map((at, row) => [at, ...columns.map((column) => column[row] ?? null)]),
  );
  return new TextEncoder().encode(text);
}

/** The chart as it is on screen with its title and legend, in the theme's colours, as PNG. */
export async function drawPicture(
  plot: UPlot,
  options: {
    readonly title: string;
    readonly curves: readonly Curve[];
    readonly format: (value: number) => string;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const source = plot.ctx.canvas;
  const scale = source.width / Math.max(1, plot.width);
  const headHeight = 46 * scale;
  const margin = 12 * scale;
  const canvas = document.createElement("canvas");
  canvas.width = source.width + 2 * margin;
  canvas.height = source.height + headHeight + 2 * margin;
  const context = canvas.getContext("2d");
  if (context === null) return new Uint8Array();
  context.fillStyle = readThemeColor("--panel");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const family = getComputedStyle(document.body).fontFamily;
  context.textBaseline = "middle";
  context.font = `600 ${13 * scale}px ${family}`;
  context.fillStyle = readThemeColor("--text");
  context.fillText(options.title, margin, margin + 9 * scale);
  context.font = `400 ${12 * scale}px ${family}`;
  let left = margin;
  const top = margin + 32 * scale;
  for (const curve of options.curves) {
    context.fillStyle = readThemeColor(curve.color);
    context.fillRect(left, top - scale, 12 * scale, 2 * scale);
    left += 18 * scale;
    const value = curve.points.at(-1)?.[1];
    const label = value === undefined ? curve.label : `${curve.label}  ${options.format(value)}`;
    context.fillStyle = readThemeColor("--text-2");
    context.fillText(label, left, top);
    left += context.measureText(label).width + 16 * scale;
  }
  context.drawImage(source, margin, margin + headHeight);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer());
}

/** Into the browser's downloads; the desktop application asks for a folder. */
export async function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (chooserStore.getState().session?.shell !== "electron") {
    downloadFile({ name, bytes });
    return;
  }
  const folder = await chooseFile({ purpose: "export" });
  if (folder === null) return;
  const written = await writeExport(folder.handle, name.replace(/\.\w+$/, ""), [{ name, bytes }]);
  showToast(
    written.ok
      ? { tone: "success", message: `Saved ${name} to ${written.value}.` }
      : { tone: "error", message: written.error },
  );
}
