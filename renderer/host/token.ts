const storageKey = "netloom.token";

/**
 * The browser shell opens the page with `#token=…`. It moves from the address into session storage at once, so that
 * it is neither bookmarked nor seen; other origins cannot read either. Electron needs none.
 */
export function takeToken(): string | null {
  const match = /(?:^#|&)token=([\w-]+)/.exec(location.hash);
  const found = match?.[1] ?? null;
  if (found !== null) {
    sessionStorage.setItem(storageKey, found);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return found ?? readToken();
}

export function readToken(): string | null {
  try {
    return sessionStorage.getItem(storageKey);
  } catch {
    return null;
  }
}
