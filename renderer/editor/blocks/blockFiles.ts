import { importBlock, parseBlock, serializeBlock } from "#shared/blocks/blockFile.ts";
import type { LibraryBlock } from "#shared/host/contract.ts";
import type { BlockId } from "#shared/base/ids.ts";
import { host } from "../../host/hostClient.ts";
import { fileNameOf } from "../../project/saveProjectAs.ts";
import { documentStore } from "../../state/documentStore.ts";
import { announce } from "../../ui/announce.ts";
import { ask } from "../../ui/ask.ts";
import { showToast } from "../../ui/toastStore.ts";
import { editDocument } from "../editDocument.ts";
import { addLayer } from "../layerActions.ts";
import { blockTypeOf } from "#shared/document/blockType.ts";
import { refreshLibrary } from "./libraryStore.ts";

const blockFileExtension = ".netloom-block";

/** Keeps a block in the user's folder, for every project. Asks before one of the same name is replaced. */
export async function saveBlockToLibrary(id: BlockId): Promise<void> {
  const { document } = documentStore.getState();
  const block = document.blocks[id];
  const text = serializeBlock(document, id);
  if (block === undefined || !text.ok) {
    showToast({ tone: "error", message: text.ok ? "That block is gone." : text.error.message });
    return;
  }
  const listed = await host.listBlocks();
  if (!listed.ok) {
    showToast({ tone: "error", message: listed.error.message });
    return;
  }
  const libraryId = await chooseLibraryId(block.name, text.value, listed.value);
  if (libraryId === null) return;
  const saved = await host.putBlock(libraryId, {
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

/** Where to put it: in the place of one of that name if the user says so. null: nowhere. */
async function chooseLibraryId(
  name: string,
  text: string,
  entries: readonly LibraryBlock[],
): Promise<string | null> {
  const taken = new Set(entries.map((entry) => entry.id));
  const namesake = entries.find((entry) => entry.name === name);
  if (namesake === undefined) return freeLibraryId(name, taken);
  const kept = await host.getBlock(namesake.id);
  if (kept.ok && kept.value.text === text) return namesake.id;
  const answer = await ask({
    title: `Replace ${name} in the library?`,
    body: "The library has a block of this name that is different from this one.",
    answers: [
      { id: "both", title: "Keep both" },
      { id: "replace", title: "Replace" },
    ],
  });
  if (answer === null) return null;
  return answer === "replace" ? namesake.id : freeLibraryId(name, taken);
}

/** An id that no other block of the library has: `stage`, `stage-2`. */
export function freeLibraryId(name: string, taken: ReadonlySet<string>): string {
  const stem = libraryIdOf(name);
  let id = stem;
  for (let number = 2; taken.has(id); number++) id = `${stem.slice(0, 70)}-${number}`;
  return id;
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
  insertBlockText(answer.value.text, `The library’s ${id}`);
}

export async function removeFromLibrary(id: string, name: string): Promise<void> {
  const answer = await ask({
    title: `Remove ${name} from the library?`,
    body: "Projects that use it keep it. Its file is deleted.",
    answers: [
      { id: "keep", title: "Keep it" },
      { id: "remove", title: "Remove", tone: "danger" },
    ],
  });
  if (answer !== "remove") return;
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
    if (file !== undefined) void file.text().then((text) => insertBlockText(text, file.name));
  });
  input.click();
}

/** Adds the file's blocks to the project, and an instance of the main one to the graph: one undo step. */
function insertBlockText(text: string, source: string): void {
  const parsed = parseBlock(text);
  if (!parsed.ok) {
    showToast({ tone: "error", message: `${source} can’t be used. ${parsed.error.message}` });
    return;
  }
  const { edit, block } = importBlock(documentStore.getState().document, parsed.value);
  const mergeKey = `import:${block}:${Date.now()}`;
  const isDone = editDocument(edit, { label: "Insert a block", mergeKey, isWhole: true });
  if (isDone) addLayer({ type: blockTypeOf(block) }, { mergeKey });
}
