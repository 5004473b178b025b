import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { serializeProject } from "../../shared/project/serializeProject.ts";
import { templates } from "./allTemplates.ts";
import { makeProject } from "./template.ts";

it.each(templates)(
  "$id is as its program draws it: `npm run templates` writes it anew",
  async (template) => {
    const file = new URL(`../../templates/${template.id}/project.netloom`, import.meta.url);
    const drawn = serializeProject(await makeProject(template));
    // Joined lines would be compared for seconds where many differ.
    expect(drawn === readFileSync(file, "utf8")).toBe(true);
  },
);
