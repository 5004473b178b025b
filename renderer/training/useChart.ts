import { useEffect, useRef, type RefObject } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../ui/useTheme.ts";
import { type ChartContent, type ChartListeners, makeChartOptions } from "./chartOptions.ts";

/** A uPlot chart that fills `place`. Built anew only when `look` or the theme changes; new data alone is handed over. */
export function useChart(
  place: RefObject<HTMLDivElement | null>,
  content: ChartContent,
  options: {
    readonly data: UPlot.AlignedData;
    readonly look: string;
    readonly listeners: ChartListeners & { onResize(width: number): void };
  },
): RefObject<UPlot | null> {
  const { data, look, listeners } = options;
  const chart = useRef<UPlot | null>(null);
  const theme = useTheme();
  const latest = useRef(content);
  const current = useRef({ data, listeners });
  useEffect(() => {
    latest.current = content;
    current.current = { data, listeners };
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const built = new UPlot(
      makeChartOptions(latest, element, {
        onHover: (at) => current.current.listeners.onHover(at),
        onSelect: (from, to) => current.current.listeners.onSelect(from, to),
        onReset: () => current.current.listeners.onReset(),
      }),
      current.current.data,
      element,
    );
    chart.current = built;
    const fit = (): void => {
      const size = {
        width: Math.max(40, element.clientWidth),
        height: Math.max(40, element.clientHeight),
      };
      current.current.listeners.onResize(size.width);
      built.setSize(size);
    };
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => {
      observer.disconnect();
      built.destroy();
      chart.current = null;
    };
  }, [place, look, theme]);

  const {
    span: [from, to],
    height: [least, most],
    band,
  } = content;
  useEffect(() => {
    const frame = requestAnimationFrame(() => chart.current?.setData(data));
    return () => cancelAnimationFrame(frame);
  }, [data, from, to, least, most, band]);
  return chart;
}
