import { err, ok, type Result } from "#shared/base/result.ts";

/** Class weights as a person types them: `1, 2, 0.5` or `1 2 0.5`. The error is a sentence. */
export function readWeights(
  text: string,
  classCount: number | null,
): Result<readonly number[], string> {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  if (parts.length === 0) return err("Enter a number for each class, such as 1, 2, 0.5.");
  const weights = parts.map(Number);
  const wrong = parts.find((_, index) => !Number.isFinite(weights[index]));
  if (wrong !== undefined) return err(`“${wrong}” is not a number.`);
  const outside = weights.find((weight) => weight < 0 || weight > 1e9);
  if (outside !== undefined) return err(`${outside} is not between 0 and a billion.`);
  if (classCount !== null && weights.length !== classCount) {
    return err(`The data has ${classCount} classes; here are ${weights.length} numbers.`);
  }
  return ok(weights);
}
