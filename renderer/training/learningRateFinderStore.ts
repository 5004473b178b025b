import { createStore } from "zustand/vanilla";

export const learningRateFinderStore = createStore<{ readonly isOpen: boolean }>()(() => ({
  isOpen: false,
}));

export function openLearningRateFinder(): void {
  learningRateFinderStore.setState({ isOpen: true });
}

export function closeLearningRateFinder(): void {
  learningRateFinderStore.setState({ isOpen: false });
}
