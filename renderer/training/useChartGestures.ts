import { useEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import type UPlot from "uplot";
import { announce } from "../ui/announce.ts";
import { panSpan, type Span, zoomSpan } from "./chartZoom.ts";

export interface GestureTarget {
  readonly span: Span;
  readonly whole: Span;
  readonly onZoom: (zoom: Span | null) => void;
  /** The values at a place in words, for screen readers. */
  readonly describe: (at: number) => string;
}

/** The wheel and the keys of a chart. Dragging is uPlot's own. */
export function useChartGestures(
  place: RefObject<HTMLDivElement | null>,
  chart: RefObject<UPlot | null>,
  target: GestureTarget,
): { readonly onKeyDown: (event: KeyboardEvent) => void; readonly onBlur: () => void } {
  const latest = useRef(target);
  useEffect(() => {
    latest.current = target;
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      const plot = chart.current;
      if (plot === null || !isMeantForChart(event, element)) return;
      event.preventDefault();
      const { span, whole, onZoom } = latest.current;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        onZoom(panSpan(span, whole, (event.deltaX || event.deltaY) / 600));
        return;
      }
      const left = event.clientX - plot.over.getBoundingClientRect().left;
      const at = Math.min(span[1], Math.max(span[0], plot.posToVal(left, "x")));
      onZoom(zoomSpan(span, whole, { at, factor: Math.exp(-event.deltaY / 300) }));
    };
    // React listens passively, and the page would scroll as well.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [place, chart]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const plot = chart.current;
    if (plot === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { span, whole, onZoom, describe } = latest.current;
    // Lines lead out of what is shown: a point outside on each side is there, but not to be looked at.
    const places = Array.from(plot.data[0]).filter((place) => place >= span[0] && place <= span[1]);
    const hovered = plot.data[0][plot.cursor.idx ?? -1];
    const index = hovered === undefined ? -1 : places.indexOf(hovered);
    const at = places[index] ?? (span[0] + span[1]) / 2;
    const show = (wanted: number): void => {
      const x = places[Math.min(places.length - 1, Math.max(0, wanted))];
      if (x === undefined) return;
      plot.setCursor({ left: plot.valToPos(x, "x"), top: plot.over.clientHeight / 2 });
      announce(describe(x));
    };
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight": {
        const direction = event.key === "ArrowLeft" ? -1 : 1;
        if (event.shiftKey) onZoom(panSpan(span, whole, direction * 0.2));
        else if (index >= 0) show(index + direction);
        else show(direction === 1 ? 0 : places.length - 1);
        break;
      }
      case "Home":
        show(0);
        break;
      case "End":
        show(places.length - 1);
        break;
      case "+":
      case "=":
        onZoom(zoomSpan(span, whole, { at, factor: 1.5 }));
        break;
      case "-":
        onZoom(zoomSpan(span, whole, { at, factor: 1 / 1.5 }));
        break;
      case "0":
        onZoom(null);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const onBlur = (): void => chart.current?.setCursor({ left: -10, top: -10 });
  return { onKeyDown, onBlur };
}

/** Where the page around it scrolls, the wheel is the page's until the chart has the focus. */
function isMeantForChart(event: WheelEvent, element: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey || element.contains(document.activeElement)) return true;
  for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
    const { overflowY } = getComputedStyle(outer);
    const canScroll = overflowY === "auto" || overflowY === "scroll";
    if (canScroll && outer.scrollHeight > outer.clientHeight + 1) return false;
  }
  return true;
}
