import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Chosen, DataListing, HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { fileHandle } from "#shared/base/ids.ts";
import { atomicWrite, isTemporaryName, type WriteOptions } from "./atomicWrite.ts";
import { describeGrant } from "./chooseFiles.ts";
import { checkNewName } from "./fileNames.ts";
import { resolveInside, isInside, type Handles } from "./handles.ts";
import { fileProblem, problem } from "./hostProblem.ts";
import { bodyLimits, BodyTooLarge, tooLarge } from "./requestBody.ts";

/** Bytes of data sets: places that the user chose (read only) and copies of dropped files (ours). */
export interface DataFiles {
  list(handle: string): Promise<Result<DataListing, HostProblem>>;
  /** The path of a file of a chosen place. */
  locate(handle: string, name: string): Promise<Result<string, HostProblem>>;
  /** Keeps a copy of a dropped file; `into` is an earlier upload's handle. Answers with the folder that holds the copies. */
  upload(
    name: string,
    into: string | null,
    content: AsyncIterable<Uint8Array>,
  ): Promise<Result<Chosen, HostProblem>>;
}

export interface DataFileSettings {
  readonly handles: Handles;
  readonly uploadsFolder: string;
  readonly write: WriteOptions;
}

export function createDataFiles({ handles, uploadsFolder, write }: DataFileSettings): DataFiles {
  async function chooseUploadFolder(into: string | null): Promise<Result<string, HostProblem>> {
    if (into === null) {
      return ok(path.join(uploadsFolder, `${Date.now()}-${randomBytes(4).toString("hex")}`));
    }
    const grant = await handles.find(into, ["data"]);
    if (!grant.ok) return grant;
    // A chosen folder of the user's is never written to.
    return isInside(await realpath(uploadsFolder), grant.value.path)
      ? ok(grant.value.path)
      : problem("no-access", "Files can only be added to a folder of dropped files.");
  }

  return {
    async list(handle) {
      const grant = await handles.find(handle, ["data"]);
      if (!grant.ok) return grant;
      const { path: place, kind, label } = grant.value;
      try {
        const files =
          kind === "file"
            ? [{ name: path.basename(place), size: (await stat(place)).size }]
            : await listFiles(place);
        return ok({
          handle: fileHandle(handle),
          label,
          location: path.dirname(place),
          kind,
          files,
        });
      } catch (error) {
        return fileProblem(error, "read", label);
      }
    },

    async locate(handle, name) {
      const grant = await handles.find(handle, ["data"]);
      if (!grant.ok) return grant;
      const { path: place, kind } = grant.value;
      if (kind === "folder") return resolveInside(place, name);
      return name === path.basename(place)
        ? ok(place)
        : problem("not-found", `Only ${path.basename(place)} was chosen, not ${name}.`);
    },

    async upload(name, into, content) {
      const checked = checkNewName(name);
      if (!checked.ok) return checked;
      const folder = await chooseUploadFolder(into);
      if (!folder.ok) return folder;
      try {
        await mkdir(folder.value, { recursive: true, mode: 0o700 });
        await atomicWrite(path.join(folder.value, name), content, write);
        const names = (await listFiles(folder.value)).map((file) => file.name);
        const more = names.length - 1;
        const label = more === 0 ? name : `${names[0] ?? name} and ${more} more`;
        const options = { kind: "folder", purpose: "data", label } as const;
        return ok(describeGrant(await handles.grant(await realpath(folder.value), options)));
      } catch (error) {
        if (error instanceof BodyTooLarge) return tooLarge(bodyLimits.file);
        return fileProblem(error, "copy", name);
      }
    },
  };
}

/** Plain files directly in a folder, by name; links out of it and hidden files are left out. */
export async function listFiles(folder: string): Promise<{ name: string; size: number }[]> {
  const names = (await readdir(folder)).filter(
    (name) => !name.startsWith(".") && !isTemporaryName(name),
  );
  const files = await Promise.all(
    names.map(async (name) => {
      const place = await resolveInside(folder, name);
      if (!place.ok) return [];
      const info = await stat(place.value).catch(() => null);
      return info?.isFile() === true ? [{ name, size: info.size }] : [];
    }),
  );
  return files
    .flat()
    .toSorted((left, right) => left.name.localeCompare(right.name, undefined, { numeric: true }));
}

export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
