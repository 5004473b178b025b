import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import type { JsonValue } from "#shared/base/json.ts";
import type { LayerListParam } from "#shared/layers/params.ts";
import { Button, IconButton } from "../../ui/Button.tsx";
import { isJsonList } from "./control.ts";
import type { ControlProps } from "./control.ts";
import { InnerLayerControl } from "./InnerLayerControl.tsx";

/** Layers inside a layer, in order: the cells that an RNN stacks. */
export function InnerLayerListControl(props: ControlProps<LayerListParam>) {
  const { ids, spec, value, onChange, onGestureEnd } = props;
  const entries: readonly JsonValue[] = isJsonList(value) ? value : spec.default;
  const first = { type: spec.options[0] ?? "", params: {} };
  const most = spec.maxLength ?? 32;
  const least = spec.minLength ?? 0;
  const replace = (at: number, next: JsonValue, isGesture?: boolean) =>
    onChange(
      entries.map((entry, index) => (index === at ? next : entry)),
      isGesture,
    );
  const move = (at: number, step: number) => {
    const next = [...entries];
    const [moved] = next.splice(at, 1);
    if (moved !== undefined) next.splice(at + step, 0, moved);
    onChange(next);
  };
  return (
    <div id={ids.id} role="group" aria-label={spec.label} className="ed-layer-list">
      {entries.map((entry, index) => (
        <div key={index} className="ed-layer-list-entry">
          <div className="ed-layer-list-head">
            <span>{index + 1}</span>
            <IconButton
              icon={ArrowUp}
              iconSize={12}
              label={`Move entry ${index + 1} up`}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            />
            <IconButton
              icon={ArrowDown}
              iconSize={12}
              label={`Move entry ${index + 1} down`}
              disabled={index === entries.length - 1}
              onClick={() => move(index, 1)}
            />
            <IconButton
              icon={X}
              iconSize={12}
              label={`Remove entry ${index + 1}`}
              disabled={entries.length <= least}
              onClick={() => onChange(entries.filter((_, other) => other !== index))}
            />
          </div>
          <InnerLayerControl
            ids={{ id: `${ids.id}-${index}`, describedBy: ids.describedBy }}
            spec={{
              kind: "layer",
              label: `${spec.label} ${index + 1}`,
              help: spec.help,
              options: spec.options,
              default: first,
            }}
            value={entry}
            isMixed={false}
            onChange={(next, isGesture) => replace(index, next, isGesture)}
            onGestureEnd={onGestureEnd}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={Plus}
        disabled={entries.length >= most}
        onClick={() => onChange([...entries, first])}
      >
        Add
      </Button>
    </div>
  );
}
