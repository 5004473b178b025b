import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { commandGroups, listCommands, shortcutsOf } from "../commands/defineCommand.ts";
import { useHostSession } from "../host/chooseFile.ts";
import { sessionStore, type ThemeChoice, useSession } from "../state/sessionStore.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { SegmentedControl } from "../ui/SegmentedControl.tsx";
import "./help.css";

const helpStore = createStore<{ readonly isOpen: boolean }>()(() => ({ isOpen: false }));

const themes = [
  { value: "system", title: "As the system" },
  { value: "light", title: "Light" },
  { value: "dark", title: "Dark" },
] as const satisfies readonly { value: ThemeChoice; title: string }[];

export function openHelp(): void {
  helpStore.setState({ isOpen: true });
}

/** Every shortcut, read from the commands themselves. */
export function HelpDialog() {
  const isOpen = useStore(helpStore, (state) => state.isOpen);
  const session = useHostSession();
  const theme = useSession((state) => state.theme);
  if (!isOpen) return null;
  return (
    <Dialog
      isOpen
      isReading
      size="large"
      title="Keys and help"
      description={`Netloom ${session?.version ?? ""}. Everything is in the command palette too.`}
      onClose={() => helpStore.setState({ isOpen: false })}
    >
      <div className="nl-help-theme">
        <span>Theme</span>
        <SegmentedControl
          label="Theme"
          value={theme}
          options={themes}
          onChange={sessionStore.getState().setTheme}
        />
      </div>
      <div className="nl-help-columns">
        {commandGroups.map((group) => {
          const members = listCommands().filter(
            (command) => command.group === group && shortcutsOf(command).length > 0,
          );
          if (members.length === 0) return null;
          return (
            <section key={group}>
              <h3 className="nl-heading">{group}</h3>
              <dl>
                {members.map((command) => (
                  <div key={command.id}>
                    <dt>{command.title}</dt>
                    <dd>
                      {shortcutsOf(command).map((shortcut) => (
                        <Kbd key={shortcut} shortcut={shortcut} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
