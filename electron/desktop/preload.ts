import { webFrame } from "electron";

// Nothing is exposed to the page: it speaks to the host by `fetch` on its own origin, as in the browser shell.
// A pinch zooms the graph, not the page.
webFrame.setVisualZoomLevelLimits(1, 1);
