import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

export interface Toast {
  readonly id: number;
  readonly tone: "info" | "success" | "warning" | "error";
  /** A sentence. */
  readonly message: string;
  /** For a disclosure: what a person may want to copy into a report. */
  readonly details?: string;
  readonly action?: { readonly title: string; run(): void };
}

interface ToastState {
  readonly toasts: readonly Toast[];
}

export const toastStore = createStore<ToastState>()(() => ({ toasts: [] }));

let lastId = 0;

/** Says something in passing. Errors stay until they are dismissed; the rest goes after some seconds. */
export function showToast(toast: Omit<Toast, "id">): void {
  const id = ++lastId;
  toastStore.setState(({ toasts }) => ({
    toasts: [...toasts.filter((other) => other.message !== toast.message), { ...toast, id }].slice(
      -4,
    ),
  }));
  if (toast.tone !== "error") setTimeout(() => dismissToast(id), toast.action ? 10_000 : 6_000);
}

export function dismissToast(id: number): void {
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** What was said in passing is about something else by now. */
export function clearToasts(): void {
  toastStore.setState({ toasts: [] });
}

export function useToasts(): readonly Toast[] {
  return useStore(toastStore, (state) => state.toasts);
}
