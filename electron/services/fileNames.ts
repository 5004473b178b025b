import type { HostProblem } from "#shared/host/contract.ts";
import { ok, type Result } from "#shared/base/result.ts";
import { problem } from "./hostProblem.ts";

/** Windows opens devices under these names, with any extension. */
const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** A name of something inside a folder: one path segment that leads nowhere else. Existing files may be named freely. */
export function checkName(name: string): Result<string, HostProblem> {
  if (name === "" || name === "." || name === "..") return bad(name, "that is not a file name");
  if (name.includes("/") || name.includes("\\")) return bad(name, "it must not contain / or \\");
  if (name.includes("\0")) return bad(name, "it contains a NUL character");
  if (Buffer.byteLength(name) > 255) return bad(name, "it is longer than 255 bytes");
  return ok(name);
}

/** A name for something new: besides `checkName`, one that every system we run on accepts and shows. */
export function checkNewName(name: string): Result<string, HostProblem> {
  const checked = checkName(name);
  if (!checked.ok) return checked;
  if (controlCharacters.test(name)) return bad(name, "it contains control characters");
  if (/[<>:"|?*]/.test(name)) return bad(name, 'it must not contain < > : " | ? *');
  if (/[. ]$/.test(name)) return bad(name, "it must not end with a dot or a space");
  if (name.startsWith(".")) return bad(name, "it must not start with a dot");
  if (reservedOnWindows.test(name)) return bad(name, "Windows reserves that name");
  // Room for the suffix of the temporary file beside it.
  if (Buffer.byteLength(name) > 200) return bad(name, "it is longer than 200 bytes");
  return ok(name);
}

function bad(name: string, reason: string) {
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  return problem("bad-request", `${JSON.stringify(shown)} cannot be used: ${reason}.`);
}
