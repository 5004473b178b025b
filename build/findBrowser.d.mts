export function findBrowser(options?: {
  readonly mayInstall?: boolean;
}): Promise<{ readonly path: string } | { readonly reason: string }>;
