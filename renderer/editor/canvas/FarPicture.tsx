import { useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useRef } from "react";
import { useDocument } from "../../state/documentStore.ts";
import { useTheme } from "../../ui/useTheme.ts";
import { readHeat, useHeatMeasure } from "../heatMap/heatStore.ts";
import type { WireFlowEdge } from "./deriveEdges.ts";
import type { CanvasNode } from "./deriveNodes.ts";
import { createColourReader, nodeColourToken } from "./nodeColour.ts";

/** The graph seen from afar: coloured bars and hairlines on one canvas element, so that a thousand layers pan smoothly. */
export function FarPicture(props: {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly WireFlowEdge[];
}) {
  const { nodes, edges } = props;
  const place = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const theme = useTheme();
  const wires = useMemo(() => joinWires(edges), [edges]);
  const bars = useMemo(() => groupBars(nodes), [nodes]);
  const heatMeasure = useHeatMeasure();
  const costs = useDocument((state) => state.analysis.nodes);

  useEffect(() => {
    const canvas = place.current;
    const context = canvas?.getContext("2d") ?? null;
    if (canvas === null || context === null) return;
    const colours = createColourReader();
    const heat = listHeat(nodes);
    const draw = () => {
      const { transform, width, height } = store.getState();
      fitToScreen(canvas, { width, height });
      paint(context, { transform, wires, bars, nodes, heat, colours });
    };
    draw();
    let { transform, width, height } = store.getState();
    // Drawn in the same frame as React Flow moves its own layer.
    return store.subscribe((state) => {
      if (state.transform === transform && state.width === width && state.height === height) return;
      ({ transform, width, height } = state);
      draw();
    });
  }, [wires, bars, nodes, store, theme, heatMeasure, costs]);
  return <canvas ref={place} className="ed-far" aria-hidden="true" />;
}

interface JoinedWires {
  readonly plain: Path2D;
  readonly bad: Path2D;
  readonly hot: Path2D;
}

/** All wires of one look as one path: three strokes a frame instead of a thousand. */
function joinWires(edges: readonly WireFlowEdge[]): JoinedWires {
  const joined = { plain: new Path2D(), bad: new Path2D(), hot: new Path2D() };
  for (const { data, selected } of edges) {
    if (data === undefined) continue;
    const look = data.isBad ? "bad" : data.isHot || selected === true ? "hot" : "plain";
    joined[look].addPath(new Path2D(data.route.path));
  }
  return joined;
}

type Bars = ReadonlyMap<`--${string}`, readonly CanvasNode[]>;

function groupBars(nodes: readonly CanvasNode[]): Bars {
  const groups = new Map<`--${string}`, CanvasNode[]>();
  for (const node of nodes) {
    // Frames are behind the bars, and outlined.
    if (node.type === "frame") continue;
    const token = nodeColourToken(node);
    const group = groups.get(token);
    if (group === undefined) groups.set(token, [node]);
    else group.push(node);
  }
  return groups;
}

interface HotBar {
  readonly node: CanvasNode;
  /** 0 to 1. */
  readonly level: number;
}

/** What the heat map colours; nothing while it is off. */
function listHeat(nodes: readonly CanvasNode[]): readonly HotBar[] {
  const heat = readHeat();
  if (heat.size === 0) return [];
  return nodes.flatMap((node) => {
    const level = node.type === "layer" ? heat.get(node.data.nodeId)?.level : undefined;
    return level === undefined ? [] : [{ node, level }];
  });
}

function fitToScreen(
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
): void {
  const width = Math.round(size.width * window.devicePixelRatio);
  const height = Math.round(size.height * window.devicePixelRatio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

function paint(
  context: CanvasRenderingContext2D,
  scene: {
    readonly transform: readonly [number, number, number];
    readonly wires: JoinedWires;
    readonly bars: Bars;
    readonly nodes: readonly CanvasNode[];
    readonly heat: readonly HotBar[];
    readonly colours: (token: `--${string}`) => string;
  },
): void {
  const [x, y, zoom] = scene.transform;
  const ratio = window.devicePixelRatio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
  // One pixel wide, whatever the zoom.
  context.lineWidth = 1 / zoom;
  paintFrames(context, scene);
  context.strokeStyle = scene.colours("--line-control");
  context.stroke(scene.wires.plain);
  context.strokeStyle = scene.colours("--accent");
  context.stroke(scene.wires.hot);
  context.strokeStyle = scene.colours("--error");
  context.stroke(scene.wires.bad);
  for (const [token, nodes] of scene.bars) {
    context.fillStyle = scene.colours(token);
    context.beginPath();
    for (const node of nodes) {
      context.roundRect(node.position.x, node.position.y, node.width ?? 0, node.height ?? 0, 10);
    }
    context.fill();
  }
  context.fillStyle = scene.colours("--heat");
  for (const { node, level } of scene.heat) {
    context.globalAlpha = level;
    context.fillRect(node.position.x, node.position.y, node.width ?? 0, node.height ?? 0);
  }
  context.globalAlpha = 1;
  paintBlockNames(context, scene);
}

interface NamedScene {
  readonly transform: readonly [number, number, number];
  readonly nodes: readonly CanvasNode[];
  readonly colours: (token: `--${string}`) => string;
}

/** Far out, a block is its name. */
function paintBlockNames(context: CanvasRenderingContext2D, scene: NamedScene): void {
  const [, , zoom] = scene.transform;
  if (zoom < 0.12) return;
  context.font = `600 ${Math.min(30, 10 / zoom)}px ${fontOfPage()}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = scene.colours("--panel");
  for (const node of scene.nodes) {
    if (node.type !== "layer" || !node.data.isBlock) continue;
    const { width = 0, height = 0, position } = node;
    context.fillText(node.data.title, position.x + width / 2, position.y + height / 2, width - 12);
  }
}

function paintFrames(context: CanvasRenderingContext2D, scene: NamedScene): void {
  const [, , zoom] = scene.transform;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.font = `600 ${11 / zoom}px ${fontOfPage()}`;
  for (const node of scene.nodes) {
    if (node.type !== "frame") continue;
    const { width = 0, height = 0, position } = node;
    context.strokeStyle = scene.colours("--line-strong");
    context.strokeRect(position.x, position.y, width, height);
    context.fillStyle = scene.colours("--text-3");
    const { title } = node.data.frame;
    context.fillText(title, position.x + 4 / zoom, position.y + 4 / zoom, width - 8 / zoom);
  }
}

function fontOfPage(): string {
  return getComputedStyle(document.body).fontFamily;
}
