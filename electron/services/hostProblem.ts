import type { HostProblem } from "#shared/host/contract.ts";
import { err } from "#shared/base/result.ts";

export type ProblemCode = HostProblem["code"];

/** An expected failure of the host: `message` says what happened, where, and what to do. */
export function problem(code: ProblemCode, message: string) {
  return err<HostProblem>({ code, message });
}

export const problemStatus = {
  "not-found": 404,
  "changed-on-disk": 409,
  "newer-version": 409,
  exists: 409,
  "too-large": 413,
  "no-access": 403,
  "disk-full": 507,
  "bad-request": 400,
  "not-available": 404,
  internal: 500,
} as const satisfies Record<ProblemCode, number>;

/** Node's error code ("ENOENT"), or null for anything that is not a system error. */
export function readErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/**
 * Turns a failed file operation into a problem. `subject` names the file for people ("iris.csv"), `action` says what
 * was being done ("save"). Errors that are not the file system's are bugs and thrown on.
 */
export function fileProblem(error: unknown, action: string, subject: string) {
  const code = readErrorCode(error);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return problem("not-found", `Could not ${action} ${subject}: it is not there any more.`);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return problem(
        "no-access",
        `Could not ${action} ${subject}: this account has no permission. Choose another place.`,
      );
    case "ENOSPC":
    case "EDQUOT":
      return problem(
        "disk-full",
        `Could not ${action} ${subject}: the disk is full. Nothing was changed; free some space and try again.`,
      );
    case "EEXIST":
    case "ENOTEMPTY":
      return problem("exists", `Could not ${action} ${subject}: it exists already.`);
    case "EISDIR":
      return problem("bad-request", `Could not ${action} ${subject}: it is a folder.`);
    case "ENAMETOOLONG":
      return problem("bad-request", `Could not ${action} ${subject}: its name is too long.`);
    case "ELOOP":
      return problem("bad-request", `Could not ${action} ${subject}: its links lead in a circle.`);
    case null:
      throw error;
    default:
      return problem("internal", `Could not ${action} ${subject} (${code}).`);
  }
}
