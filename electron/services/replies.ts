import type { HostProblem } from "#shared/host/contract.ts";
import type { Result } from "#shared/base/result.ts";
import { dataHeaders } from "./contentSecurityPolicy.ts";
import { problemStatus } from "./hostProblem.ts";

/** A result as an answer: JSON or the response itself when good, a `HostProblem` with its status when not. */
export function reply(result: Result<unknown, HostProblem>): Response {
  if (!result.ok) return replyProblem(result.error);
  if (result.value instanceof Response) return result.value;
  return replyJson(result.value);
}

export function replyJson(value: unknown): Response {
  return Response.json(value, { headers: dataHeaders });
}

function replyProblem(error: HostProblem): Response {
  return Response.json(error, { status: problemStatus[error.code], headers: dataHeaders });
}

/** For a page that hasn't shown that it is ours. */
export function refuse(message: string): Response {
  return Response.json({ code: "no-access", message }, { status: 401, headers: dataHeaders });
}
