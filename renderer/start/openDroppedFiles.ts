import { bindDropped } from "../data/chooseData.ts";
import { newProject, openProjectText } from "../project/projectLife.ts";
import { showToast } from "../ui/toastStore.ts";

const largestProject = 64 * 1024 * 1024;

/** What was dropped on the start screen: one project file is opened, anything else is taken for data. */
export async function openDroppedFiles(files: readonly File[]): Promise<void> {
  const project = files.find((file) => file.name.endsWith(".netloom"));
  if (project !== undefined) {
    if (project.size > largestProject) {
      return showToast({ tone: "error", message: `${project.name} is too large for a project.` });
    }
    return openProjectText(await project.text(), project.name);
  }
  if (files.length === 0) return;
  await newProject("data");
  await bindDropped(files);
}
