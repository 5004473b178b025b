import { createTemplateStore } from "#electron/services/templateStore.ts";
import type { CliIo, CommandResult } from "../io.ts";
import type { Invocation } from "../parseArguments.ts";
import { alignRows } from "../printHelp.ts";

export async function runTemplates(_invocation: Invocation, io: CliIo): Promise<CommandResult> {
  const templates = await createTemplateStore(io.templatesFolder).list();
  return {
    exitCode: 0,
    json: {
      templates: templates.map(({ id, title, topic, summary, paramCount }) => ({
        id,
        title,
        topic,
        summary,
        paramCount,
      })),
    },
    text: alignRows(
      templates.map(({ id, paramCount, summary }) => [
        id,
        `${paramCount.toLocaleString("en")} params`,
        summary,
      ]),
    ).join("\n"),
  };
}
