import { assertNever } from "#shared/base/assertNever.ts";
import type { DataBinding } from "#shared/datasets/binding.ts";
import { clearDataset, datasetStore } from "../state/datasetStore.ts";
import { documentStore } from "../state/documentStore.ts";
import { type DataTask, openData, type OpenedReply } from "./dataClient.ts";

/** Dragging a number makes many bindings in a second; only one that rests is read. */
const restMs = 180;

/**
 * Reads the bound data whenever the document's binding changes, or another project is opened. Runs as long as the
 * window; returns the function that ends it.
 */
export function followData(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let task: DataTask<OpenedReply> | null = null;
  let wantedKey = "";
  let shownSource = "";

  const read = (binding: DataBinding): void => {
    task?.cancel();
    datasetStore.setState({ phase: "loading", progress: null });
    const current = openData(binding, (progress) => {
      if (task === current) datasetStore.setState({ progress });
    });
    task = current;
    void current.result.then((reply) => {
      if (task !== current) return;
      task = null;
      show(binding, reply);
    });
  };

  const follow = (): void => {
    const { document } = documentStore.getState();
    const key = `${document.id} ${JSON.stringify(document.data)}`;
    if (key === wantedKey) return;
    const isOtherProject = !wantedKey.startsWith(`${document.id} `);
    wantedKey = key;
    clearTimeout(timer);
    if (isOtherProject || document.data === null) {
      task?.cancel();
      task = null;
      clearDataset();
    }
    const binding = document.data;
    if (binding === null) return;
    // Other data: nothing of the old may stand under the new name.
    if (sourceOf(binding) !== shownSource) clearDataset();
    shownSource = sourceOf(binding);
    datasetStore.setState({ phase: "loading", progress: null });
    timer = setTimeout(() => read(binding), isOtherProject ? 0 : restMs);
  };

  follow();
  const stop = documentStore.subscribe(follow);
  return () => {
    stop();
    clearTimeout(timer);
    task?.cancel();
  };
}

/** What tells one source from another; settings of the same source don't. */
function sourceOf({ source }: DataBinding): string {
  switch (source.kind) {
    case "generated":
      return `generated ${source.generator}`;
    case "idx":
      return `idx ${source.handle} ${source.images} ${source.labels}`;
    case "csv":
      return `csv ${source.handle} ${source.file}`;
    default:
      return assertNever(source);
  }
}

function show(binding: DataBinding, { result, table }: OpenedReply): void {
  if (result.ok) {
    const { summary, preview } = result.value;
    datasetStore.setState({ phase: "ready", binding, summary, preview, table, issues: [] });
  } else {
    datasetStore.setState({
      phase: "failed",
      binding,
      summary: null,
      preview: null,
      table,
      issues: result.error,
    });
  }
}
