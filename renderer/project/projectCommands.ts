import { defineCommand } from "../commands/defineCommand.ts";
import { documentStore, selectHasContent } from "../state/documentStore.ts";
import { sessionStore } from "../state/sessionStore.ts";
import { announce } from "../ui/announce.ts";
import { newProject, openProject } from "./projectLife.ts";
import { saveProject } from "./saveProject.ts";
import { saveProjectAs } from "./saveProjectAs.ts";

const isOpen = () => sessionStore.getState().view !== "start";

export const projectCommands = [
  defineCommand({
    id: "project.new",
    title: "New empty graph",
    group: "Project",
    shortcut: ["Mod+N", "Mod+Alt+N"],
    inTextFields: true,
    keywords: "create blank",
    run: () => newProject(),
  }),
  defineCommand({
    id: "project.startFromData",
    title: "Start from your data",
    group: "Project",
    shortcut: "Mod+D",
    isEnabled: () => !isOpen(),
    run: () => newProject("data"),
  }),
  defineCommand({
    id: "project.back",
    title: "Back to the open project",
    group: "Project",
    shortcut: "Escape",
    isEnabled: () => !isOpen() && selectHasContent(documentStore.getState()),
    run: () => sessionStore.getState().showView("design"),
  }),
  defineCommand({
    id: "project.open",
    title: "Open…",
    group: "Project",
    shortcut: "Mod+O",
    inTextFields: true,
    run: openProject,
  }),
  defineCommand({
    id: "project.save",
    title: "Save",
    group: "Project",
    shortcut: "Mod+S",
    inTextFields: true,
    isEnabled: isOpen,
    run: async () => {
      if (await saveProject()) announce("Saved");
    },
  }),
  defineCommand({
    id: "project.saveAs",
    title: "Save as…",
    group: "Project",
    shortcut: "Mod+Shift+S",
    inTextFields: true,
    isEnabled: isOpen,
    run: async () => {
      if (await saveProjectAs()) announce("Saved");
    },
  }),
  defineCommand({
    id: "project.rename",
    title: "Rename the project",
    group: "Project",
    isEnabled: isOpen,
    run: () => {
      const field = document.querySelector<HTMLInputElement>(".nl-project-name");
      field?.focus();
      field?.select();
    },
  }),
  defineCommand({
    id: "edit.undo",
    title: "Undo",
    group: "Edit",
    shortcut: "Mod+Z",
    isEnabled: () => isOpen() && documentStore.getState().canUndo,
    run: () => {
      const { undoLabel, undo } = documentStore.getState();
      undo();
      announce(`Undone: ${undoLabel ?? ""}`);
    },
  }),
  defineCommand({
    id: "edit.redo",
    title: "Redo",
    group: "Edit",
    shortcut: ["Mod+Shift+Z", "Mod+Y"],
    isEnabled: () => isOpen() && documentStore.getState().canRedo,
    run: () => {
      const { redoLabel, redo } = documentStore.getState();
      redo();
      announce(`Redone: ${redoLabel ?? ""}`);
    },
  }),
];
