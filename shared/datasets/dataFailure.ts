import { err, ok, type Result } from "../base/result.ts";
import type { DataIssue } from "./dataset.ts";

/**
 * Carries issues out of nested streams, where a generator cannot return a `Result`. Never leaves this folder: front
 * doors run their work inside `catchDataFailure`.
 */
export class DataFailure extends Error {
  readonly issues: readonly DataIssue[];

  constructor(...issues: readonly DataIssue[]) {
    super(issues[0]?.message ?? "The data cannot be read.");
    this.name = "DataFailure";
    this.issues = issues;
  }
}

export async function catchDataFailure<T>(
  work: () => Promise<T>,
  file?: string,
): Promise<Result<T, readonly DataIssue[]>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof DataFailure) {
      return err(error.issues.map((issue) => (file && !issue.file ? { ...issue, file } : issue)));
    }
    if (error instanceof RangeError) {
      return err([
        {
          code: "too-large",
          message: "The data does not fit into memory. Use a smaller file or fewer columns.",
          ...(file ? { file } : {}),
        },
      ]);
    }
    throw error;
  }
}
