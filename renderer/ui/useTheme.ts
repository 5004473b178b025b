import { useSyncExternalStore } from "react";
import { readTheme, watchTheme } from "./themeColor.ts";

/** The theme on screen; re-renders when it changes. */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(watchTheme, readTheme);
}
