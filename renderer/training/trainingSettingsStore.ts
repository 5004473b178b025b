import { createStore } from "zustand/vanilla";

/** Whether the settings stand beside the curves in the lower panel, and whether the popover at Train is open. */
export const trainingSettingsStore = createStore<{ readonly isPopoverOpen: boolean }>()(() => ({
  isPopoverOpen: false,
}));

export function openTrainingSettings(): void {
  trainingSettingsStore.setState({ isPopoverOpen: true });
}

export function closeTrainingSettings(): void {
  trainingSettingsStore.setState({ isPopoverOpen: false });
}
