import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

const announcements = createStore<{ readonly text: string; readonly count: number }>()(() => ({
  text: "",
  count: 0,
}));

/** Says something to screen readers only: "Added Conv2D after Input", "Epoch 3 of 10". */
export function announce(text: string): void {
  announcements.setState(({ count }) => ({ text, count: count + 1 }));
}

export function useAnnouncement(): { readonly text: string; readonly count: number } {
  return useStore(announcements);
}
