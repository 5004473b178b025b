import type { DataBinding } from "#shared/datasets/binding.ts";
import { documentStore } from "../state/documentStore.ts";
import { showToast } from "../ui/toastStore.ts";

/** Changes the project's binding through an edit, so that it can be undone. */
export function changeData(
  change: (binding: DataBinding) => DataBinding,
  options: { readonly label: string; readonly mergeKey?: string },
): void {
  const { document, edit } = documentStore.getState();
  if (document.data === null) return;
  const data = change(document.data);
  if (data === document.data) return;
  const edited = edit({ kind: "setData", data }, options);
  if (!edited.ok) showToast({ tone: "error", message: edited.error.message });
}

/** While a number is dragged or stepped, its changes are one undo step. */
export function gestureOf(key: string, isGesture: boolean): { readonly mergeKey?: string } {
  return isGesture ? { mergeKey: `data.${key}` } : {};
}
