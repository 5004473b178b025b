import { ChevronDown, Pause, Play, Square } from "lucide-react";
import { Popover as Radix } from "radix-ui";
import { useStore } from "zustand";
import { selectProgress } from "#shared/training/runReducer.ts";
import { runCommand } from "../commands/defineCommand.ts";
import { isMac } from "../commands/platform.ts";
import { ariaShortcut } from "../commands/shortcut.ts";
import { useDocument } from "../state/documentStore.ts";
import { useDataset } from "../state/datasetStore.ts";
import { useRuns } from "../state/runStore.ts";
import { IconButton } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { describeProgress } from "./describeRun.ts";
import { LearningRateFinder } from "./LearningRateFinder.tsx";
import { useMemoryNote } from "./MemoryNote.tsx";
import { isTraining, whyNotTrain } from "./runQueries.ts";
import { TrainingSettings } from "./TrainingSettings.tsx";
import { trainingSettingsStore } from "./trainingSettingsStore.ts";
import "./training.css";

/** Train, and its settings. While a run is under way it is the run's progress with Pause and Stop. */
export function TrainButton() {
  const isRunning = useRuns(isTraining);
  return (
    <>
      {isRunning ? <Progress /> : <Start />}
      {/* Here, because the settings that open it may close meanwhile. */}
      <LearningRateFinder />
    </>
  );
}

function Start() {
  // Subscribed for their effect on the reason.
  useDocument((state) => state.modelAnalysis);
  useDocument((state) => state.document.data);
  useDataset((state) => state.phase);
  const memory = useMemoryNote();
  const reason = whyNotTrain();
  const offer = memory === null ? "Train the network on the data" : memory.text;
  return (
    <span className="nl-train">
      <Tooltip text={reason ?? offer} shortcut="Mod+Enter">
        <button
          type="button"
          className="nl-button is-primary nl-train-start"
          // Stays focusable, so that the reason can be read; pressing it shows where to go.
          aria-disabled={reason !== null}
          aria-keyshortcuts={ariaShortcut("Mod+Enter", isMac)}
          onClick={() => runCommand("training.start")}
        >
          <Icon of={Play} size={13} />
          Train
        </button>
      </Tooltip>
      <SettingsPopover />
    </span>
  );
}

function SettingsPopover() {
  const isOpen = useStore(trainingSettingsStore, (state) => state.isPopoverOpen);
  return (
    <Radix.Root
      open={isOpen}
      onOpenChange={(open) => trainingSettingsStore.setState({ isPopoverOpen: open })}
    >
      <Radix.Trigger asChild>
        <button
          type="button"
          className="nl-button is-primary nl-train-more"
          aria-label="Training settings"
        >
          <Icon of={ChevronDown} size={14} />
        </button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="nl-popover"
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Training settings"
        >
          <h3 className="nl-popover-title">Training settings</h3>
          <TrainingSettings />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Progress() {
  const text = useRuns((state) =>
    state.active === null ? "" : describeProgress(state.active.state),
  );
  const percent = useRuns((state) =>
    state.active === null ? 0 : Math.round(selectProgress(state.active.state) * 100),
  );
  const isPaused = useRuns((state) => state.active?.state.phase === "paused");
  return (
    <span className="nl-train-progress">
      <span
        className="nl-train-bar"
        role="progressbar"
        aria-label="Training"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
      >
        <i style={{ width: `${percent}%` }} />
        <span>{text}</span>
      </span>
      <IconButton
        icon={isPaused ? Play : Pause}
        label={isPaused ? "Resume training" : "Pause training"}
        onClick={() => runCommand(isPaused ? "training.resume" : "training.pause")}
      />
      <IconButton
        icon={Square}
        iconSize={13}
        label="Stop training"
        shortcut="Mod+."
        onClick={() => runCommand("training.stop")}
      />
    </span>
  );
}
