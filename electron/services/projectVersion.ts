/** Whether a project file says that a newer Netloom wrote it. Text that is no project at all is nobody's. */
export function isWrittenByNewerVersion(text: string | null): boolean {
  return text === null;
}
