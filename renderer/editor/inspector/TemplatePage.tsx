import { useEffect, useState } from "react";
import { host } from "../../host/hostClient.ts";
import { useDocument } from "../../state/documentStore.ts";
import { findOrigin } from "../../state/templateOrigins.ts";
import { PlainMarkdown } from "../../ui/PlainMarkdown.tsx";

/** What the template is that the project was made from, who published it and what to try. Nothing for other projects. */
export function TemplatePage() {
  const project = useDocument((state) => state.document.id);
  const [shown, setShown] = useState<{ readonly project: string; readonly page: string }>();
  useEffect(() => {
    const template = findOrigin(project);
    if (template === null) return;
    let isWanted = true;
    void host.getTemplate(template).then((answer) => {
      // Without its page a template is a project like others.
      if (isWanted && answer.ok) setShown({ project, page: answer.value.page });
    });
    return () => {
      isWanted = false;
    };
  }, [project]);
  if (shown?.project !== project || shown.page === "") return null;
  return (
    <section aria-label="About this template">
      <h3 className="ed-section">About this template</h3>
      <div className="ed-inspector-text ed-template-page">
        <PlainMarkdown text={shown.page} />
      </div>
    </section>
  );
}
