import { formatBytes, formatCount, formatLarge } from "../ui/format.ts";

/** `1 layer`, `3 layers`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Costs of a layer; `?` while a size is unknown. */
export function formatAdds(multiplyAdds: number | null): string {
  return multiplyAdds === null ? "?" : formatLarge(multiplyAdds);
}
export function formatMemory(bytes: number | null): string {
  return bytes === null ? "?" : formatBytes(bytes);
}
