import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";

/** The one call that puts bytes on the disk, so that tests can let the disk run full. */
export type OpenForWriting = (file: string, flags: string, mode: number) => Promise<WritableFile>;
export type WritableFile = Pick<FileHandle, "write" | "sync" | "close" | "chmod">;

export interface WriteOptions {
  readonly openForWriting?: OpenForWriting;
  /** Permission bits; an existing file's are the caller's to pass. */
  readonly mode?: number;
}

const suffix = ".netloom-tmp";

/**
 * Replaces a file's content so that at every moment, also after a crash or power cut, the file holds either the old
 * bytes or the new ones: temporary file in the same folder, every byte counted, flushed, renamed over the target, the
 * folder flushed. Throws Node's file errors; then the target is as it was. Rename replaces a symbolic link: resolve first.
 */
export async function atomicWrite(
  file: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  { openForWriting = open, mode = 0o600 }: WriteOptions = {},
): Promise<{ readonly byteCount: number }> {
  const folder = path.dirname(file);
  await removeOrphans(folder, path.basename(file));
  const temporary = path.join(folder, nameTemporary(path.basename(file)));
  let byteCount = 0;
  try {
    const handle = await openForWriting(temporary, "wx", mode);
    try {
      // The umask may have taken bits away that the old file had.
      if (process.platform !== "win32") await handle.chmod(mode);
      for await (const chunk of toChunks(content)) {
        await writeFully(handle, chunk);
        byteCount += chunk.byteLength;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
  return { byteCount };
}

/** Writes every byte or throws: a short write means a disk about to be full, and the next one says so. */
export async function writeFully(
  handle: Pick<FileHandle, "write">,
  bytes: Uint8Array,
): Promise<void> {
  let offset = 0;
  while (offset < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, offset, bytes.byteLength - offset);
    if (bytesWritten === 0) {
      throw Object.assign(new Error("The disk took no bytes."), { code: "ENOSPC" });
    }
    offset += bytesWritten;
  }
}

/**
 * Removes temporary files that a killed process left in `folder`: those for one target, or all. A temporary file of a
 * process that still lives is being written and stays.
 */
export async function removeOrphans(folder: string, target?: string): Promise<void> {
  const prefix = target === undefined ? "." : `.${target}.`;
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    const pid = Number(/\.(\d+)\.[0-9a-f]{12}\.netloom-tmp$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(path.join(folder, name), { force: true });
  }
}

export function isTemporaryName(name: string): boolean {
  return name.startsWith(".") && name.endsWith(suffix);
}

function nameTemporary(target: string): string {
  return `.${target}.${process.pid}.${randomBytes(6).toString("hex")}${suffix}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function* toChunks(content: string | Uint8Array | AsyncIterable<Uint8Array>) {
  if (typeof content === "string") yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

/** Makes the rename itself durable. Windows can't open folders; there the file system journals renames. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some network and FUSE file systems refuse; the data itself is safe.
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code !== "EINVAL" && code !== "ENOTSUP" && code !== "EPERM") throw error;
  } finally {
    await handle.close();
  }
}
