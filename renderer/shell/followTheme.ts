import { sessionStore } from "../state/sessionStore.ts";

/** Writes the chosen theme to <html>, where theme.css reads it; "system" leaves it to the media query. */
export function followTheme(): void {
  const apply = (): void => {
    const { theme } = sessionStore.getState();
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  };
  apply();
  sessionStore.subscribe((state, previous) => state.theme !== previous.theme && apply());
}
