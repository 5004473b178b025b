import type { HostEvent } from "#shared/host/contract.ts";
import { fileHandle } from "#shared/base/ids.ts";

const intervalMs = 2_000;
/** More open projects than this are not looked at; the least recently used leave first. */
const maximumWatched = 8;

/**
 * Notices that an open project's file was changed by another program. It asks at an interval, because file system
 * notifications miss network drives and editors that replace files.
 */
export interface ProjectWatch {
  /** `revision` is what the page has; a later difference is announced once. */
  expect(handle: string, revision: string): void;
  close(): void;
}

export interface WatchSettings {
  readonly readRevision: (handle: string) => Promise<string | null>;
  readonly emit: (event: HostEvent) => void;
  /** Without a listening page nothing is read. */
  readonly isListenedTo: () => boolean;
}

export function createProjectWatch(settings: WatchSettings): ProjectWatch {
  const expected = new Map<string, string>();
  let isLooking = false;

  async function look() {
    if (isLooking || !settings.isListenedTo()) return;
    isLooking = true;
    try {
      for (const [handle, known] of expected) {
        const revision = await settings.readRevision(handle);
        // Saved by ourselves meanwhile, or gone: not a change to announce.
        if (revision === null || revision === known || expected.get(handle) !== known) continue;
        expected.set(handle, revision);
        settings.emit({ kind: "projectChanged", handle: fileHandle(handle), revision });
      }
    } finally {
      isLooking = false;
    }
  }
  const timer = setInterval(() => void look().catch(() => {}), intervalMs);
  timer.unref();

  return {
    expect(handle, revision) {
      expected.delete(handle);
      expected.set(handle, revision);
      for (const oldest of expected.keys()) {
        if (expected.size <= maximumWatched) break;
        expected.delete(oldest);
      }
    },
    close: () => clearInterval(timer),
  };
}
