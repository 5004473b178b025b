import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../app.ts";

/** What is stopped: a project's text with more epochs than anybody waits for. */
export interface StoppedNetwork {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** As far as this reads and changes a project's file. */
interface ProjectText {
  name: string;
  models: {
    main: { nodes: { id: string; name: string; params: Record<string, unknown> }[]; edges: Edge[] };
  };
  training: { epochs: number };
}
interface Edge {
  id: string;
  source: string;
  target: string;
  slot: number;
}

export const stoppedNetworks: readonly StoppedNetwork[] = [
  fromTemplate("mlp", "MLP 784-128-10", "mnist-mlp"),
  fromTemplate("lenet", "LeNet-5", "lenet-5"),
  fromTemplate("lstm256x2", "2 × LSTM(256), 60 steps", "stacked-lstm"),
  // 784·1792 + 1792·1792 + 1792·10 weights and biases.
  fromTemplate("mlpLarge", "MLP of 4.6 M weights", "mnist-mlp", ({ models: { main } }) => {
    const [hidden] = main.nodes.filter(({ id }) => id === "dense-1");
    if (hidden === undefined) throw new Error("The template has no layer dense-1.");
    hidden.params = { ...hidden.params, units: 1792 };
    main.nodes.push({ ...structuredClone(hidden), id: "dense-3", name: "hidden_2" });
    main.edges = main.edges.map((edge) =>
      edge.source === "dense-1" ? { ...edge, source: "dense-3" } : edge,
    );
    main.edges.push({ id: "wire-5", source: "dense-1", target: "dense-3", slot: 0 });
  }),
];

function fromTemplate(
  id: string,
  title: string,
  template: string,
  change: (project: ProjectText) => void = () => {},
): StoppedNetwork {
  const file = join(root, "templates", template, "project.netloom");
  // Written by our own command, in this shape.
  const project = JSON.parse(readFileSync(file, "utf8")) as ProjectText;
  project.name = `stop-${id}`;
  project.training.epochs = 5000;
  change(project);
  return { id, title, text: JSON.stringify(project) };
}
