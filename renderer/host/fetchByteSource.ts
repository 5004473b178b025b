import type { FileHandle } from "#shared/base/ids.ts";
import { err, ok, type Result } from "#shared/base/result.ts";
import type { ByteSource, DataIssue } from "#shared/datasets/dataset.ts";
import type { OpenSource, SourceFile } from "#shared/datasets/inspectSource.ts";
import type { HostAccess } from "#shared/training/protocol.ts";

// Also compiled for workers: no DOM beyond fetch, no session storage (hence `HostAccess`).

export interface HostFolder {
  readonly label: string;
  readonly files: readonly SourceFile[];
  readonly openSource: OpenSource;
}

/** Lists what a handle gives access to; a handle of one file is a folder of that file alone. */
export async function openHostFolder(
  access: HostAccess,
  handle: FileHandle | null,
): Promise<Result<HostFolder, DataIssue>> {
  if (handle === null) {
    return err({
      code: "missing",
      message: "This project names no file on this machine yet. Choose it in the Data view.",
    });
  }
  let response: Response;
  try {
    response = await fetch(`${access.baseUrl}/api/data/${handle}`, { headers: headersOf(access) });
  } catch {
    return err(hostIsSilent);
  }
  if (!response.ok) return err(await readIssue(response));
  // The host is ours and checks its own answers; what is read here is checked again field by field.
  const listing: unknown = await response.json().catch(() => null);
  const files = readFiles(listing);
  const label = readText(listing, "label");
  return ok({
    label,
    files,
    async openSource(name) {
      const file = files.find((entry) => entry.name === name);
      if (file) return ok(fetchByteSource(access, handle, file));
      return err({
        code: "missing",
        message: `${name} is no longer in ${label}. Put it back, or choose the data again.`,
        file: name,
      });
    },
  });
}

/** An `openSource` for `openDataset` that asks the host for the folder when a file is first wanted. */
export function openFromHost(access: HostAccess, handle: FileHandle | null): OpenSource {
  let folder: Promise<Result<HostFolder, DataIssue>> | null = null;
  return async (name) => {
    folder ??= openHostFolder(access, handle);
    const opened = await folder;
    return opened.ok ? opened.value.openSource(name) : opened;
  };
}

/** A file of the host as a stream; leaving the loop early ends the transfer. */
function fetchByteSource(
  access: HostAccess,
  handle: FileHandle,
  { name, size }: SourceFile,
): ByteSource {
  return {
    name,
    size,
    async *read() {
      const controller = new AbortController();
      const response = await fetch(
        `${access.baseUrl}/api/data/${handle}/files/${encodeURIComponent(name)}`,
        { headers: headersOf(access), signal: controller.signal },
      );
      if (!response.ok) throw new Error((await readIssue(response)).message);
      if (!response.body) return;
      const reader = response.body.getReader();
      let isDone = false;
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          yield value;
        }
        isDone = true;
      } finally {
        if (!isDone) controller.abort();
      }
    },
  };
}

function headersOf({ token }: HostAccess): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

const hostIsSilent: DataIssue = {
  code: "missing",
  message: "The program that serves this window does not answer. Start Netloom again.",
};

async function readIssue(response: Response): Promise<DataIssue> {
  const problem: unknown = await response.json().catch(() => null);
  const message = readText(problem, "message");
  return {
    code: "missing",
    message: message || `The data could not be read (status ${response.status}). Choose it again.`,
  };
}

function readText(value: unknown, key: string): string {
  if (typeof value !== "object" || value === null) return "";
  const text = Reflect.get(value, key) as unknown;
  return typeof text === "string" ? text : "";
}

function readFiles(listing: unknown): readonly SourceFile[] {
  if (typeof listing !== "object" || listing === null) return [];
  const files = Reflect.get(listing, "files") as unknown;
  if (!Array.isArray(files)) return [];
  return files.flatMap((entry: unknown) => {
    const name = readText(entry, "name");
    const size: unknown = typeof entry === "object" && entry ? Reflect.get(entry, "size") : null;
    return name !== "" && typeof size === "number" ? [{ name, size }] : [];
  });
}
