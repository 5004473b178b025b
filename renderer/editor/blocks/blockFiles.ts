import { importBlock, parseBlock, serializeBlock } from "#shared/blocks/blockFile.ts";
import type { BlockId } from "#shared/base/ids.ts";
import { host } from "../../host/hostClient.ts";
import { fileNameOf } from "../../project/saveProjectAs.ts";
import { documentStore } from "../../state/documentStore.ts";
import { announce } from "../../ui/announce.ts";
import { showToast } from "../../ui/toastStore.ts";
import { editDocument } from "../editDocument.ts";
import { addLayer } from "../layerActions.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import { refreshLibrary } from "./libraryStore.ts";

const blockFileExtension = ".netloom-block";

/** Keeps a block in the user's folder, for every project; one of the same name is replaced. */
export async function saveBlockToLibrary(id: BlockId): Promise<void> {
  const { document } = documentStore.getState();
  const block = document.blocks[id];
  const text = serializeBlock(document, id);
  if (block === undefined || !text.ok) {
    showToast({ tone: "error", message: text.ok ? "That block is gone." : text.error.message });
    return;
  }
  const saved = await host.putBlock(libraryIdOf(block.name), {
    name: block.name,
    summary: block.summary.slice(0, 2000),
    text: text.value,
  });
  if (!saved.ok) {
    showToast({ tone: "error", message: saved.error.message });
    return;
  }
  await refreshLibrary();
  showToast({
    tone: "success",
    message: `${block.name} is in the library now, at hand in every project.`,
  });
}

/** `Residual unit` → `residual-unit`: what the library calls it. */
export function libraryIdOf(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const id = words.join("-").slice(0, 80);
  return id === "" ? "block" : id;
}

/** Hands the block out as a file. */
export function downloadBlock(id: BlockId): void {
  const { document } = documentStore.getState();
  const text = serializeBlock(document, id);
  const block = document.blocks[id];
  if (!text.ok || block === undefined) return;
  const url = URL.createObjectURL(new Blob([text.value], { type: "application/json" }));
  const link = window.document.createElement("a");
  link.href = url;
  link.download = `${fileNameOf(block.name)}${blockFileExtension}`;
  link.click();
  // The browser has read the address once the click is through.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export async function insertLibraryBlock(id: string): Promise<void> {
  const answer = await host.getBlock(id);
  if (!answer.ok) {
    showToast({ tone: "error", message: answer.error.message });
    void refreshLibrary();
    return;
  }
  insertBlockText(answer.value.text);
}

export async function removeFromLibrary(id: string, name: string): Promise<void> {
  const removed = await host.deleteBlock(id);
  if (!removed.ok) showToast({ tone: "error", message: removed.error.message });
  else announce(`${name} removed from the library`);
  await refreshLibrary();
}

/** Lets the user choose a block file with the browser's own dialog, which hands over the text and no path. */
export function insertBlockFromFile(): void {
  const input = window.document.createElement("input");
  input.type = "file";
  input.accept = blockFileExtension;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void file.text().then(insertBlockText);
  });
  input.click();
}

/** Adds the file's blocks to the project, and an instance of the main one to the graph: one undo step. */
function insertBlockText(text: string): void {
  const parsed = parseBlock(text);
  if (!parsed.ok) {
    showToast({ tone: "error", message: parsed.error.message });
    return;
  }
  const { edit, block } = importBlock(documentStore.getState().document, parsed.value);
  const mergeKey = `import:${block}:${Date.now()}`;
  const isDone = editDocument(edit, { label: "Insert a block", mergeKey, isWhole: true });
  if (isDone) addLayer({ type: blockTypeOf(block) }, { mergeKey });
}
