import { defineCommand, runCommand } from "../commands/defineCommand.ts";
import { sessionStore, type View } from "../state/sessionStore.ts";
import { openHelp } from "./HelpDialog.tsx";

const session = () => sessionStore.getState();
const isProjectOpen = () => session().view !== "start";

/** Views, panels, theme, palette. */
export const applicationCommands = [
  defineCommand({
    id: "app.commands",
    title: "Show all commands",
    group: "Application",
    shortcut: ["Mod+K", "Mod+Shift+P"],
    inTextFields: true,
    isListed: false,
    run: () => session().setPaletteOpen(true),
  }),
  defineCommand({
    id: "app.help",
    title: "Keys and help",
    group: "Application",
    shortcut: "F1",
    inTextFields: true,
    run: openHelp,
  }),
  defineCommand({
    id: "app.start",
    title: "Go to the start screen",
    group: "Application",
    isEnabled: isProjectOpen,
    run: () => session().showView("start"),
  }),
  ...(["system", "light", "dark"] as const).map((theme) =>
    defineCommand({
      id: `app.theme.${theme}`,
      title: `Theme: ${theme === "system" ? "as the system" : theme}`,
      group: "Application",
      keywords: "colour color appearance dark light mode",
      isEnabled: () => session().theme !== theme,
      run: () => session().setTheme(theme),
    }),
  ),
  defineView("design", "Design", "Mod+1"),
  defineView("data", "Data", "Mod+2"),
  defineView("runs", "Runs", "Mod+3"),
  defineView("code", "Code", "Mod+4"),
  definePanel("left", "palette", "Mod+B"),
  definePanel("right", "inspector", "Mod+Alt+B"),
  definePanel("bottom", "lower panel", "Mod+J"),
  ...(["problems", "summary", "run", "samples"] as const).map((tab) =>
    defineCommand({
      id: `view.dock.${tab}`,
      title: `Show ${tab === "run" ? "the current run" : tab}`,
      group: "View",
      isEnabled: isProjectOpen,
      run: () => {
        session().showView("design");
        session().showDockTab(tab);
        session().requestFocus({ kind: "dock" });
      },
    }),
  ),
];

function defineView(view: Exclude<View, "start">, title: string, shortcut: string) {
  return defineCommand({
    id: `view.${view}`,
    title: `Show ${title}`,
    group: "View",
    shortcut,
    inTextFields: true,
    isEnabled: isProjectOpen,
    run: () => session().showView(view),
  });
}

function definePanel(panel: "left" | "right" | "bottom", title: string, shortcut: string) {
  return defineCommand({
    id: `view.panel.${panel}`,
    title: `Open or close the ${title}`,
    group: "View",
    shortcut,
    inTextFields: true,
    isEnabled: isProjectOpen,
    run: () => {
      if (session().view !== "design") runCommand("view.design");
      session().setPanel(panel, { isOpen: !session().panels[panel].isOpen });
    },
  });
}
