import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Purpose } from "#shared/host/contract.ts";
import type { OpenForWriting } from "./atomicWrite.ts";
import { createHost, type Host, type HostOptions } from "./createHost.ts";

/** A host over fresh folders, driven as a page drives it: requests in, responses out. */
export interface HostFixture {
  readonly host: Host;
  readonly home: string;
  readonly data: string;
  readonly templates: string;
  readonly renderer: string;
  /** Sends JSON (or bytes) and reads JSON back. */
  readonly send: (
    method: string,
    route: string,
    body?: unknown,
  ) => Promise<{ status: number; body: unknown }>;
  readonly raw: (method: string, route: string, init?: RequestInit) => Promise<Response>;
  /** Grants a place as if chosen by the user. */
  readonly choose: (place: string, purpose: Purpose) => Promise<string>;
  /** Another host over the same folders, as after a restart. */
  readonly restart: (options?: Partial<HostOptions>) => Promise<HostFixture>;
}

export async function makeHost(options: Partial<HostOptions> = {}): Promise<HostFixture> {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), "netloom-host-")));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const folders = ["home", "data", "templates", "renderer"].map((name) => path.join(base, name));
  for (const folder of folders) await mkdir(folder);
  return openHost(folders, options);
}

async function openHost(
  folders: readonly string[],
  options: Partial<HostOptions>,
): Promise<HostFixture> {
  const [home = "", data = "", templates = "", renderer = ""] = folders;
  const host = await createHost({
    dataFolder: data,
    templatesFolder: templates,
    rendererFolder: renderer,
    homeFolder: home,
    version: "1.2.3",
    shell: "browser",
    ...options,
  });
  onTestFinished(() => host.close());

  const raw: HostFixture["raw"] = (method, route, init = {}) =>
    host.fetch(new Request(`http://127.0.0.1${route}`, { method, ...init }));
  const send: HostFixture["send"] = async (method, route, body) => {
    const isBytes = body instanceof Uint8Array;
    const content = body === undefined ? {} : { body: isBytes ? body : JSON.stringify(body) };
    const response = await raw(method, `/api${route}`, content);
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };

  return {
    host,
    home,
    data,
    templates,
    renderer,
    raw,
    send,
    async choose(place, purpose) {
      const { status, body } = await send("POST", "/choose-path", { path: place, purpose });
      if (status !== 200) throw new Error(`choosing ${place} gave ${JSON.stringify(body)}`);
      return readField(body, "handle");
    },
    restart: (changed = {}) => openHost(folders, { ...options, ...changed }),
  };
}

/** A text field of a JSON answer; fails the test where there is none. */
export function readField(body: unknown, name: string): string {
  const value =
    typeof body === "object" && body !== null && name in body
      ? Object.entries(body).find(([key]) => key === name)?.[1]
      : undefined;
  if (typeof value !== "string") throw new Error(`no text "${name}" in ${JSON.stringify(body)}`);
  return value;
}

/** Fails every write with the given error code from the moment `isFull` returns true. */
export function makeFullDisk(isFull: () => boolean, code = "ENOSPC"): OpenForWriting {
  return async (file, flags, mode) => {
    const { open } = await import("node:fs/promises");
    const handle = await open(file, flags, mode);
    return new Proxy(handle, {
      get(target, key) {
        if (key === "write" && isFull()) {
          return () => Promise.reject(Object.assign(new Error(code), { code }));
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
}
