import { registerCommands, runCommand } from "./commands/defineCommand.ts";
import { listenForShortcuts } from "./commands/keyboard.ts";
import { dataCommands } from "./data/dataCommands.ts";
import { followData } from "./data/followData.ts";
import { chooserStore } from "./host/chooseFile.ts";
import { host } from "./host/hostClient.ts";
import { listenToHost } from "./host/hostEvents.ts";
import { startAutosave } from "./project/autosave.ts";
import { projectCommands } from "./project/projectCommands.ts";
import { noticeChangeOnDisk, openByHandle } from "./project/projectLife.ts";
import { applicationCommands } from "./shell/applicationCommands.ts";
import { followTheme } from "./shell/followTheme.ts";
import { keepSelectionValid } from "./state/keepSelectionValid.ts";
import { sessionStore } from "./state/sessionStore.ts";
import { followActivity } from "./training/followActivity.ts";
import { followRuns } from "./training/followRuns.ts";
import { runCommands } from "./training/runCommands.ts";
import { startWarmUps } from "./training/warmUps.ts";

/** Everything that lives as long as the window and isn't a component. Called once. */
export function startApp(): void {
  followTheme();
  registerCommands([...applicationCommands, ...projectCommands, ...dataCommands, ...runCommands]);
  listenForShortcuts();
  keepSelectionValid();
  startAutosave();
  followRuns();
  followActivity();
  followData();
  whenProjectOpens(startWarmUps);
  listenToHost((event) => {
    if (event.kind === "command") runCommand(event.id);
    else if (event.kind === "openProject") void openByHandle(event.handle);
    else noticeChangeOnDisk(event.handle, event.revision);
  });
  void host.getSession().then((session) => {
    if (session.ok) chooserStore.setState({ session: session.value });
  });
}

/** Once: the start screen needs no training worker, and should be on screen before anything else is loaded. */
function whenProjectOpens(begin: () => void): void {
  const stop = sessionStore.subscribe(({ view }) => {
    if (view === "start") return;
    stop();
    setTimeout(begin, 600);
  });
}
