import type { CustomScheme } from "electron";

/**
 * The desktop shell's security rules as values and pure functions, after Electron's security checklist
 * (docs/tutorial/security.md). main.ts applies them; the tests check them without Electron.
 */
export const appScheme = "app";
const appHost = "netloom";
const appOrigin = `${appScheme}://${appHost}`;
export const appAddress = `${appOrigin}/`;

/** A standard scheme has an origin; a secure one is a secure context, which WebGPU needs. */
export const schemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: {
    standard: true,
    secure: true,
    supportFetchAPI: true,
    stream: true,
    codeCache: true,
    // Not needed, so not given: bypassCSP, allowServiceWorkers, corsEnabled.
    bypassCSP: false,
    allowServiceWorkers: false,
    corsEnabled: false,
  },
};

/** Only the application's own page may be shown in its windows. */
export function isNavigationAllowed(url: string): boolean {
  const parsed = parseUrl(url);
  return parsed !== null && isAppUrl(parsed);
}

/** Whether a request that reached the scheme's handler is for this application and came from its page. */
export function isRequestAllowed(url: string, initiatorOrigin: string | undefined): boolean {
  const parsed = parseUrl(url);
  if (parsed === null || !isAppUrl(parsed)) return false;
  // Absent where the browser itself asks, for the page of a new window.
  return initiatorOrigin === undefined || initiatorOrigin === appOrigin;
}

/** Hosts of documentation that layer help links to. */
const documentationHosts = new Set([
  "keras.io",
  "js.tensorflow.org",
  "www.tensorflow.org",
  "arxiv.org",
  "doi.org",
]);

/** Links that may open in the system's browser: documentation over HTTPS, nothing else. */
export function isExternalLinkAllowed(url: string): boolean {
  const parsed = parseUrl(url);
  return (
    parsed !== null &&
    parsed.protocol === "https:" &&
    parsed.username === "" &&
    parsed.password === "" &&
    parsed.port === "" &&
    documentationHosts.has(parsed.hostname)
  );
}

/** Files that the page itself made, such as generated code; the system asks where to put them. */
export function isDownloadAllowed(url: string): boolean {
  return url.startsWith(`blob:${appOrigin}/`);
}

/** Copying to the clipboard is all the page may ask for. */
export function isPermissionAllowed(permission: string, requestingUrl: string): boolean {
  return permission === "clipboard-sanitized-write" && isNavigationAllowed(requestingUrl);
}

function isAppUrl(url: URL): boolean {
  return (
    url.protocol === `${appScheme}:` &&
    url.host === appHost &&
    url.username === "" &&
    url.password === ""
  );
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
