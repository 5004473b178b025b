import type { BrowserWindowConstructorOptions } from "electron";
import type { WindowBounds } from "./windowState.ts";

export interface WindowSettings {
  readonly preload: string;
  readonly icon: string;
  readonly bounds: WindowBounds;
  readonly isDark: boolean;
}

/** The one kind of window there is: a page without Node, isolated and sandboxed. */
export function windowOptions({
  preload,
  icon,
  bounds,
  isDark,
}: WindowSettings): BrowserWindowConstructorOptions {
  const { isMaximized: _shownLater, ...place } = bounds;
  return {
    ...place,
    minWidth: 720,
    minHeight: 480,
    title: "Netloom",
    icon,
    // Shown when the page has painted, in a colour that doesn't flash before.
    show: false,
    backgroundColor: isDark ? "#0f1216" : "#f4f5f7",
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      plugins: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
      // A training run goes on while the window is behind others.
      backgroundThrottling: false,
    },
  };
}
