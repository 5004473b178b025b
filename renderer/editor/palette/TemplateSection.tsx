import { useEffect, useState } from "react";
import { LayoutTemplate } from "lucide-react";
import type { TemplateInfo } from "#shared/host/contract.ts";
import { copyFragment } from "#shared/document/fragment.ts";
import { listNodes } from "#shared/document/graphQueries.ts";
import { host } from "../../host/hostClient.ts";
import { readProjectText } from "../../project/readProjectText.ts";
import { Icon } from "../../ui/Icon.tsx";
import { showToast } from "../../ui/toastStore.ts";
import { insertFragment } from "../selectionActions.ts";

/** Ready-made networks: a click puts a copy of their layers on the canvas. */
export function TemplateSection() {
  const [templates, setTemplates] = useState<readonly TemplateInfo[]>([]);
  useEffect(() => {
    let isWanted = true;
    void host.listTemplates().then((result) => {
      if (isWanted && result.ok) setTemplates(result.value);
    });
    return () => {
      isWanted = false;
    };
  }, []);
  if (templates.length === 0) return null;
  return (
    <section aria-label="Templates">
      <h3 className="ed-palette-heading">
        Templates <span>{templates.length}</span>
      </h3>
      {templates.map((template) => (
        <button
          key={template.id}
          type="button"
          className="ed-item"
          title={template.summary}
          onClick={() => void insertTemplate(template)}
        >
          <span className="ed-item-sign">
            <Icon of={LayoutTemplate} size={12} />
          </span>
          <span className="ed-item-title">{template.title}</span>
        </button>
      ))}
    </section>
  );
}

async function insertTemplate(template: TemplateInfo): Promise<void> {
  const answer = await host.getTemplate(template.id);
  if (!answer.ok) {
    showToast({ tone: "error", message: answer.error.message });
    return;
  }
  const project = readProjectText(answer.value.project, template.title);
  if (!project.ok) {
    showToast(project.error);
    return;
  }
  const { graph } = project.value;
  const nodes = listNodes(graph).map((node) => node.id);
  const options = {
    document: project.value,
    frames: Object.values(graph.frames).map((frame) => frame.id),
  };
  insertFragment(copyFragment(graph, nodes, [], options), `Insert ${template.title}`);
}
