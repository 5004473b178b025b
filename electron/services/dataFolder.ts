import path from "node:path";

export interface Surroundings {
  readonly platform: string;
  readonly homeFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where Netloom keeps drafts, runs, uploads and settings: the platform's own place, or `NETLOOM_HOME`. */
export function findDataFolder({ platform, homeFolder, environment }: Surroundings): string {
  const override = environment["NETLOOM_HOME"];
  if (override !== undefined && override !== "") return path.resolve(override);
  switch (platform) {
    case "darwin":
      return path.join(homeFolder, "Library", "Application Support", "Netloom");
    case "win32":
      return path.join(
        environment["APPDATA"] ?? path.join(homeFolder, "AppData", "Roaming"),
        "Netloom",
      );
    default: {
      const base = environment["XDG_DATA_HOME"];
      // The specification: a relative path there is invalid and to be ignored.
      const isUsable = base !== undefined && path.isAbsolute(base);
      return path.join(isUsable ? base : path.join(homeFolder, ".local", "share"), "netloom");
    }
  }
}
