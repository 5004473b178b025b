import { app, session, shell, type WebContents } from "electron";
import {
  isDownloadAllowed,
  isExternalLinkAllowed,
  isNavigationAllowed,
  isPermissionAllowed,
} from "./security.ts";

/** Applies security.ts to every page that comes to be, whatever made it. */
export function guardAllContents(): void {
  app.on("web-contents-created", (_event, contents) => guardContents(contents));
}

/** Denies what pages may ask of the machine: camera, location, devices, file system, notifications … */
export function denyPermissions(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isPermissionAllowed(permission, details.requestingUrl)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    isPermissionAllowed(permission, requestingOrigin),
  );
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.on("will-download", (event, item) => {
    if (!isDownloadAllowed(item.getURL())) event.preventDefault();
  });
}

function guardContents(contents: WebContents): void {
  contents.on("will-navigate", (details) => {
    if (!isNavigationAllowed(details.url)) details.preventDefault();
  });
  contents.on("will-frame-navigate", (details) => {
    if (!isNavigationAllowed(details.url)) details.preventDefault();
  });
  contents.on("will-redirect", (details) => {
    if (!isNavigationAllowed(details.url)) details.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalLinkAllowed(url)) void shell.openExternal(url);
    return { action: "deny" };
  });
}
