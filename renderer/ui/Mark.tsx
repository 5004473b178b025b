/** Netloom's mark: three warps and two wefts. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg
      className="nl-mark"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
    >
      <path d="M4 5v14M12 3v18M20 5v14" />
      <path d="M2 8.5c4 0 4 3.5 10 3.5s6-3.5 10-3.5M2 15.5c4 0 4-3.5 10-3.5" opacity=".55" />
    </svg>
  );
}
