import { useState, type DragEvent } from "react";
import { FilePlus2, FolderOpen, Table2, Undo2 } from "lucide-react";
import { runCommand } from "../commands/defineCommand.ts";
import { selectHasContent, useDocument } from "../state/documentStore.ts";
import { classNames } from "../ui/classNames.ts";
import { Icon } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { Mark } from "../ui/Mark.tsx";
import { RecentList } from "./RecentList.tsx";
import { TemplateGallery } from "./TemplateGallery.tsx";
import { openDroppedFiles } from "./openDroppedFiles.ts";
import "./start.css";

/** What one sees first: begin, go on, or learn from a template. */
export function StartScreen() {
  const [isOver, setOver] = useState(false);
  const hasProject = useDocument(selectHasContent);
  const name = useDocument((state) => state.document.name);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void openDroppedFiles([...event.dataTransfer.files]);
  };
  return (
    <div
      className={classNames("nl-start", isOver && "is-over")}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
      onDrop={onDrop}
    >
      <aside className="nl-start-side" aria-label="Begin or go on">
        <h1 className="nl-start-logo">
          <Mark size={30} />
          Netloom
        </h1>
        <nav className="nl-start-actions" aria-label="Begin">
          <Action
            isPrimary
            icon={Table2}
            title="Start from your data"
            shortcut="Mod+D"
            command="project.startFromData"
          />
          <Action icon={FilePlus2} title="New empty graph" shortcut="Mod+N" command="project.new" />
          <Action icon={FolderOpen} title="Open…" shortcut="Mod+O" command="project.open" />
          {hasProject && (
            <Action
              icon={Undo2}
              title={`Back to ${name}`}
              shortcut="Escape"
              command="project.back"
            />
          )}
        </nav>
        <RecentList />
        <p className="nl-start-drop">
          Drop a project, a CSV
          <br />
          or IDX files here
        </p>
      </aside>
      <main className="nl-start-main">
        <TemplateGallery />
      </main>
    </div>
  );
}

function Action(props: {
  readonly icon: typeof Table2;
  readonly title: string;
  readonly shortcut: string;
  readonly command: string;
  readonly isPrimary?: boolean;
}) {
  return (
    <button
      type="button"
      className={classNames("nl-start-action", props.isPrimary === true && "is-primary")}
      onClick={() => runCommand(props.command)}
    >
      <Icon of={props.icon} size={16} />
      <span className="nl-start-action-title">{props.title}</span>
      <Kbd shortcut={props.shortcut} />
    </button>
  );
}
