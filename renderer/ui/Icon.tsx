import type { LucideIcon } from "lucide-react";

/** A drawn sign beside or instead of words; never the only name of a control. */
export function Icon({ of: Sign, size = 15 }: { readonly of: LucideIcon; readonly size?: number }) {
  return <Sign size={size} strokeWidth={1.8} aria-hidden="true" focusable="false" />;
}
