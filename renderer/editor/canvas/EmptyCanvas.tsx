import { LogIn, Search } from "lucide-react";
import { runCommand } from "../../commands/defineCommand.ts";
import { Button } from "../../ui/Button.tsx";
import { Kbd } from "../../ui/Kbd.tsx";
import { addLayer } from "../layerActions.ts";

/** An empty canvas teaches the first step. */
export function EmptyCanvas() {
  return (
    <div className="ed-empty">
      <svg className="ed-empty-sketch" viewBox="0 0 120 112" aria-hidden="true">
        <path d="M60 26v18M60 70v18" />
        <rect x="22" y="2" width="76" height="24" rx="6" />
        <rect x="22" y="44" width="76" height="26" rx="6" />
        <rect x="22" y="88" width="76" height="22" rx="6" />
        <path className="is-family" d="M23 9v10M23 51v12M23 94v10" />
      </svg>
      <h2>Every network starts with an input</h2>
      <p>
        Add one, then the layers it goes through. Drag them from the left, press{" "}
        <Kbd shortcut="/" /> to search, or double-click anywhere on the canvas.
      </p>
      <div className="ed-empty-actions">
        <Button tone="primary" icon={LogIn} onClick={() => addLayer({ type: "input" })}>
          Add an Input
        </Button>
        <Button icon={Search} onClick={() => runCommand("graph.searchLayer")}>
          Search layers
        </Button>
      </div>
    </div>
  );
}
