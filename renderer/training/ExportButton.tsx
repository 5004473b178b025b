import { runCommand } from "../commands/defineCommand.ts";
import { Button } from "../ui/Button.tsx";
import { ExportDialog } from "./ExportDialog.tsx";

export function ExportButton() {
  return (
    <>
      <Button onClick={() => runCommand("export.open")}>Export</Button>
      <ExportDialog />
    </>
  );
}
