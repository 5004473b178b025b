import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type {
  BrowseRequest,
  ChooseRequest,
  Chosen,
  HostProblem,
  Listing,
  Purpose,
} from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { assertNever } from "#shared/base/assertNever.ts";
import { fileHandle } from "#shared/base/ids.ts";
import { checkName, checkNewName } from "./fileNames.ts";
import { fileProblem, problem, readErrorCode } from "./hostProblem.ts";
import type { Grant, Handles } from "./handles.ts";

export const projectExtension = ".netloom";
/** Entries of one listing; a folder with more is cut off and says so. */
const maximumEntries = 2_000;

/** The system's own file dialog; answers with the path chosen, or null if cancelled. */
export type ShowDialog = (request: {
  readonly purpose: Purpose;
  readonly suggestedName: string | null;
}) => Promise<string | null>;

/** Looking around and choosing: how the page stands in for a system's file dialog. */
export interface Chooser {
  browse(request: BrowseRequest): Promise<Result<Listing, HostProblem>>;
  choose(request: ChooseRequest): Promise<Result<Chosen, HostProblem>>;
  /** `text` as typed by a person or returned by a dialog: absolute, or starting with `~/`. */
  choosePath(text: string, purpose: Purpose): Promise<Result<Chosen, HostProblem>>;
}

export function createChooser(handles: Handles, homeFolder: string): Chooser {
  async function choosePath(text: string, purpose: Purpose): Promise<Result<Chosen, HostProblem>> {
    const typed = text.trim().replace(/^~(?=$|[\\/])/, homeFolder);
    if (typed.includes("\0") || !path.isAbsolute(typed)) {
      return problem("bad-request", `"${text}" is not a full path. Start with / or ~/.`);
    }
    const place = path.normalize(typed);
    try {
      if (purpose === "save-project" && (await findKind(place)) !== "folder") {
        return await chooseNewProject(place);
      }
      const real = await realpath(place);
      const info = await stat(real);
      if (info.isDirectory() && (purpose === "open-project" || purpose === "save-project")) {
        // On the way to a project: only to look into.
        const handle = handles.browse(real);
        return ok({
          handle,
          label: path.basename(real),
          location: path.dirname(real),
          kind: "folder",
        });
      }
      const kind = info.isDirectory() ? "folder" : info.isFile() ? "file" : null;
      const obstacle = kind === null ? "special" : whyUnfit(kind, real, purpose);
      if (kind === null || obstacle !== null) {
        return problem("bad-request", `${path.basename(place)} cannot be chosen: ${obstacle}.`);
      }
      return ok(describeGrant(await handles.grant(real, { kind, purpose })));
    } catch (error) {
      return fileProblem(error, "open", path.basename(place));
    }
  }

  /** A project to be written: the file need not exist, its folder must. The extension is added where it is missing. */
  async function chooseNewProject(place: string): Promise<Result<Chosen, HostProblem>> {
    const named = place.endsWith(projectExtension) ? place : `${place}${projectExtension}`;
    const name = path.basename(named);
    try {
      const target = path.join(await realpath(path.dirname(named)), name);
      const existing = await findKind(target);
      if (existing === "folder") return problem("bad-request", `${name} is a folder.`);
      if (existing === null) {
        const checked = checkNewName(name);
        if (!checked.ok) return checked;
      }
      const real = existing === null ? target : await realpath(target);
      if (!real.endsWith(projectExtension)) {
        return problem("bad-request", `${name} is a link to a file that is not a project.`);
      }
      const grant = await handles.grant(real, { kind: "file", purpose: "save-project" });
      const chosen = describeGrant(grant);
      return ok({ ...chosen, kind: existing === null ? "new-file" : "file" });
    } catch (error) {
      return fileProblem(error, "save to", path.dirname(named));
    }
  }

  return {
    choosePath,
    async browse({ directory, purpose }) {
      const folder = directory === null ? ok(homeFolder) : await findFolder(directory, handles);
      if (!folder.ok) return folder;
      try {
        return ok(await listFolder(await realpath(folder.value), purpose, handles));
      } catch (error) {
        return fileProblem(error, "open", path.basename(folder.value) || folder.value);
      }
    },
    async choose({ directory, name, purpose }) {
      const folder = handles.findBrowsed(directory);
      if (!folder.ok) return folder;
      if (name === null) return choosePath(folder.value, purpose);
      const checked = checkName(name);
      if (!checked.ok) return checked;
      return choosePath(path.join(folder.value, name), purpose);
    },
  };
}

/** A folder that was listed, or one that the user chose by typing its path. */
async function findFolder(handle: string, handles: Handles): Promise<Result<string, HostProblem>> {
  const browsed = handles.findBrowsed(handle);
  if (browsed.ok) return browsed;
  const grant = await handles.find(handle, ["data", "export"]);
  return grant.ok && grant.value.kind === "folder" ? ok(grant.value.path) : browsed;
}

export function describeGrant(grant: Grant): Chosen {
  return {
    handle: fileHandle(grant.handle),
    label: grant.label,
    location: path.dirname(grant.path),
    kind: grant.kind,
  };
}

/** Why a place doesn't serve a purpose, as the end of a sentence; null if it does. */
function whyUnfit(kind: "file" | "folder", place: string, purpose: Purpose): string | null {
  switch (purpose) {
    case "open-project":
    case "save-project":
      if (kind === "folder") return "it is a folder, not a project file";
      return place.endsWith(projectExtension) ? null : `project files end in ${projectExtension}`;
    case "data":
      return null;
    case "export":
      return kind === "folder" ? null : "an export goes into a folder, and this is a file";
    default:
      return assertNever(purpose);
  }
}

async function listFolder(folder: string, purpose: Purpose, handles: Handles): Promise<Listing> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  const shown = names
    .toSorted((left, right) => left.localeCompare(right, undefined, { numeric: true }))
    // Asking each of a million files for its size would take minutes.
    .slice(0, maximumEntries);
  const entries = await Promise.all(
    shown.map((name) => describeEntry(folder, name, { purpose, handles })),
  );
  const kept = entries.filter((entry) => entry !== null);
  const parent = path.dirname(folder);
  return {
    directory: handles.browse(folder),
    location: folder,
    parent: parent === folder ? null : handles.browse(parent),
    entries: [
      ...kept.filter((entry) => entry.kind === "folder"),
      ...kept.filter((entry) => entry.kind === "file"),
    ],
    isTruncated: names.length > shown.length,
  };
}

interface EntryContext {
  readonly purpose: Purpose;
  readonly handles: Handles;
}

async function describeEntry(
  folder: string,
  name: string,
  { purpose, handles }: EntryContext,
): Promise<Listing["entries"][number] | null> {
  try {
    const info = await stat(path.join(folder, name));
    const kind = info.isDirectory() ? "folder" : info.isFile() ? "file" : null;
    if (kind === null) return null;
    const common = { name, modifiedMs: info.mtimeMs };
    if (kind === "folder") {
      return { ...common, kind, size: 0, handle: handles.browse(path.join(folder, name)) };
    }
    if (whyUnfit(kind, name, purpose) !== null) return null;
    return { ...common, kind, size: info.size, handle: null };
  } catch {
    // Vanished meanwhile, a dangling link, or not ours to see.
    return null;
  }
}

async function findKind(place: string): Promise<"file" | "folder" | null> {
  try {
    return (await stat(place)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (readErrorCode(error) === "ENOENT") return null;
    throw error;
  }
}
