import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  Tray,
} from "electron";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createHost, type Host } from "../services/createHost.ts";
import type { ShowDialog } from "../services/chooseFiles.ts";
import { findDataFolder } from "../services/dataFolder.ts";
import { planDialog } from "./dialogs.ts";
import { denyPermissions, guardAllContents } from "./guardContents.ts";
import { dropExecutable, readLaunchArguments, type Launch } from "./launchArguments.ts";
import { menuTemplate } from "./menuTemplate.ts";
import { appAddress, appScheme, schemePrivileges } from "./security.ts";
import { serveApp } from "./serveApp.ts";
import { createTrainingGuard, type CloseAnswer } from "./trainingGuard.ts";
import { windowOptions } from "./windowOptions.ts";
import { fitBounds, readWindowBounds, writeWindowBounds } from "./windowState.ts";

declare const __NETLOOM_VERSION__: string;

// dist/desktop/main.js: two folders below the application's, in the package as in the repository.
const root = fileURLToPath(new URL("../..", import.meta.url));
const dataFolder = findDataFolder({
  platform: process.platform,
  homeFolder: app.getPath("home"),
  environment: process.env,
});
// Chromium's own files beside ours: `NETLOOM_HOME` then keeps two applications (a test's, the user's) fully apart.
app.setPath("userData", path.join(dataFolder, "chromium"));
const stateFile = path.join(dataFolder, "window.json");
const iconFile = path.join(root, "build", "icons", "icon.png");
const launch = readLaunchArguments(dropExecutable(process.argv, app.isPackaged));

// What must be said before `ready`.
protocol.registerSchemesAsPrivileged([schemePrivileges]);
app.enableSandbox();
guardAllContents();

if (launch.kind === "command") await runCommandLine(launch.args);
else if (app.requestSingleInstanceLock()) runWindow(launch);
else app.quit();

/** The command line in place of a window; ends the process with its exit code. */
async function runCommandLine(args: readonly string[]): Promise<void> {
  app.dock?.hide();
  // The same bundle that `npx netloom` runs; it finds the templates relative to its own place.
  const bundle = pathToFileURL(path.join(root, "dist", "cli", "main.js")).href;
  // The address is only known at run time, so the compiler can't know what is there.
  const { main } = (await import(bundle)) as typeof import("../cli/main.ts");
  const exitCode = await main(args);
  process.stdout.write("", () => process.stderr.write("", () => app.exit(exitCode)));
}

function runWindow({ files, hasInPageDialogs }: Extract<Launch, { kind: "window" }>): void {
  // Chromium keeps WebGPU back on Linux; the page is ours alone.
  if (process.platform === "linux") {
    app.commandLine.appendSwitch("enable-unsafe-webgpu");
    app.commandLine.appendSwitch("enable-features", "Vulkan");
  }
  const waitingFiles = files.map((file) => path.resolve(file));
  let host: Host | null = null;
  let window: BrowserWindow | null = null;
  let tray: Tray | null = null;
  let isQuitting = false;
  const guard = createTrainingGuard({
    keepAwake() {
      const id = powerSaveBlocker.start("prevent-app-suspension");
      return () => powerSaveBlocker.stop(id);
    },
    async ask() {
      const answer = await askBeforeClosing(window);
      // Electron gave up quitting when the window stayed.
      if (answer !== "stop") isQuitting = false;
      return answer;
    },
    hideWindow: () => window?.hide(),
    showProgress(text) {
      if (tray === null) {
        tray = new Tray(iconFile);
        tray.on("click", () => void showWindow());
        const item = { label: "Show Netloom", click: () => void showWindow() };
        tray.setContextMenu(Menu.buildFromTemplate([item]));
      }
      tray.setToolTip(text);
    },
    removeTray() {
      tray?.destroy();
      tray = null;
    },
    setProgressBar: (fraction) => window?.setProgressBar(fraction ?? -1),
    stopTraining: () => host?.emit({ kind: "command", id: "training.stop" }),
    close: () => (isQuitting ? app.quit() : window?.close()),
  });

  async function openFile(file: string): Promise<void> {
    if (host === null) {
      waitingFiles.push(file);
      return;
    }
    const chosen = await host.choosePath(file, "open-project");
    if (chosen.ok) host.emit({ kind: "openProject", handle: chosen.value.handle });
    else dialog.showErrorBox("Netloom could not open that file", chosen.error.message);
  }
  async function showWindow(): Promise<void> {
    if (window === null || window.isDestroyed()) {
      const created = await createWindow();
      window = created;
      created.on("close", (event) => {
        if (!guard.mayClose()) event.preventDefault();
      });
      created.on("closed", () => {
        window = null;
      });
      for (const end of ["did-start-loading", "render-process-gone"] as const) {
        // The compiler knows each event's name, not the two as one.
        created.webContents.on(end as "did-start-loading", () => guard.forget());
      }
    }
    if (window.isMinimized()) window.restore();
    if (!window.isVisible()) window.show();
    guard.noteShown();
    window.focus();
  }

  app.on("open-file", (event, file) => {
    event.preventDefault();
    void openFile(file);
    if (app.isReady()) void showWindow();
  });
  app.on("second-instance", (_event, argv, workingFolder) => {
    const other = readLaunchArguments(dropExecutable(argv, app.isPackaged));
    const named = other.kind === "window" ? other.files : [];
    void showWindow();
    for (const file of named) void openFile(path.resolve(workingFolder, file));
  });
  app.on("activate", () => void showWindow());
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin") app.quit();
  });
  app.on("before-quit", () => {
    isQuitting = true;
  });
  app.on("quit", () => host?.close());

  async function start(): Promise<void> {
    await app.whenReady();
    denyPermissions();
    const showDialog = makeShowDialog(() => window);
    const started = await createHost({
      dataFolder,
      templatesFolder: path.join(root, "templates"),
      rendererFolder: path.join(root, "dist", "renderer"),
      version: __NETLOOM_VERSION__,
      shell: "electron",
      onTraining: (activity) => guard.update(activity),
      ...(hasInPageDialogs ? {} : { showDialog }),
    });
    host = started;
    protocol.handle(appScheme, serveApp(started));
    const template = menuTemplate({
      isMac: process.platform === "darwin",
      isPackaged: app.isPackaged,
      runCommand: (id) => started.emit({ kind: "command", id }),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
    // Not everything that sleeps is asked first: a lid that closes, an empty battery.
    powerMonitor.on("suspend", () => started.emit({ kind: "command", id: "training.checkpoint" }));
    for (const file of waitingFiles.splice(0)) await openFile(file);
    await showWindow();
  }
  start().catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    dialog.showErrorBox("Netloom could not start", text);
    app.exit(1);
  });
}

async function askBeforeClosing(window: BrowserWindow | null): Promise<CloseAnswer> {
  const options = {
    type: "question" as const,
    message: "A network is being trained.",
    detail: "Training can go on without the window; the tray then tells how far it is.",
    buttons: ["Keep training in the background", "Stop and save", "Cancel"],
    defaultId: 0,
    cancelId: 2,
  };
  const { response } =
    window === null
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options);
  return response === 0 ? "background" : response === 1 ? "stop" : "cancel";
}

async function createWindow(): Promise<BrowserWindow> {
  const displays = screen.getAllDisplays().map((display) => display.workArea);
  const bounds = fitBounds(await readWindowBounds(stateFile), displays);
  const window = new BrowserWindow(
    windowOptions({
      preload: path.join(root, "dist", "desktop", "preload.cjs"),
      icon: iconFile,
      bounds,
      isDark: nativeTheme.shouldUseDarkColors,
    }),
  );
  if (bounds.isMaximized) window.maximize();
  window.once("ready-to-show", () => window.show());
  window.on("close", () => {
    const { x, y, width, height } = window.getNormalBounds();
    void writeWindowBounds(stateFile, { x, y, width, height, isMaximized: window.isMaximized() });
  });
  window.webContents.on("will-prevent-unload", (event) => {
    const choice = dialog.showMessageBoxSync(window, {
      type: "question",
      message: "Close Netloom?",
      detail: "A run is going on, or changes are not in the project's file yet. Drafts are kept.",
      buttons: ["Close", "Keep open"],
      defaultId: 1,
      cancelId: 1,
    });
    // Preventing the page's prevention closes the window.
    if (choice === 0) event.preventDefault();
  });
  await window.loadURL(appAddress);
  return window;
}

function makeShowDialog(findWindow: () => BrowserWindow | null): ShowDialog {
  return async ({ purpose, suggestedName }) => {
    const parent = findWindow();
    const isAsking = purpose === "data" && process.platform !== "darwin";
    const wanted = isAsking ? await askForFileOrFolder(parent) : "either";
    if (wanted === null) return null;
    const plan = planDialog(purpose, { suggestedName, wanted });
    if (plan.kind === "save") {
      const { options } = plan;
      const answer =
        parent === null
          ? await dialog.showSaveDialog(options)
          : await dialog.showSaveDialog(parent, options);
      return answer.canceled || answer.filePath === "" ? null : answer.filePath;
    }
    const { options } = plan;
    const answer =
      parent === null
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(parent, options);
    return answer.canceled ? null : (answer.filePaths[0] ?? null);
  };
}

/** Only macOS has a dialog that takes both. */
async function askForFileOrFolder(parent: BrowserWindow | null): Promise<"file" | "folder" | null> {
  const options = {
    message: "Where is your data?",
    detail: "Image sets such as MNIST are a folder of files; a table is one CSV file.",
    buttons: ["A file …", "A folder …", "Cancel"],
    defaultId: 0,
    cancelId: 2,
  };
  const { response } =
    parent === null
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(parent, options);
  return response === 0 ? "file" : response === 1 ? "folder" : null;
}
