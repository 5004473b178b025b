import path from "node:path";
import { expect, it } from "vitest";
import { findDataFolder } from "./dataFolder.ts";

it.each([
  ["linux", {}, "/home/ada/.local/share/netloom"],
  ["linux", { XDG_DATA_HOME: "/data" }, "/data/netloom"],
  ["linux", { XDG_DATA_HOME: "relative" }, "/home/ada/.local/share/netloom"],
  ["darwin", {}, "/home/ada/Library/Application Support/Netloom"],
  ["win32", { APPDATA: "/roaming" }, "/roaming/Netloom"],
  ["win32", {}, "/home/ada/AppData/Roaming/Netloom"],
  ["linux", { NETLOOM_HOME: "/elsewhere", XDG_DATA_HOME: "/data" }, "/elsewhere"],
  ["linux", { NETLOOM_HOME: "" }, "/home/ada/.local/share/netloom"],
])("keeps data on %s with %j in %s", (platform, environment, expected) => {
  const found = findDataFolder({ platform, homeFolder: "/home/ada", environment });
  expect(found).toBe(path.normalize(expected));
});
