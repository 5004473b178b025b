import { Command as List } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { Kbd } from "../ui/Kbd.tsx";
import { sessionStore, useSession } from "../state/sessionStore.ts";
import {
  type Command,
  commandGroups,
  isCommandEnabled,
  listCommands,
  runCommand,
  shortcutsOf,
} from "./defineCommand.ts";
import "./palette.css";

/** Every command, to be found by name; those that can't be done now are greyed. */
export function CommandPalette() {
  const isOpen = useSession((state) => state.isPaletteOpen);
  const setOpen = sessionStore.getState().setPaletteOpen;
  return (
    <Radix.Root open={isOpen} onOpenChange={setOpen}>
      <Radix.Portal>
        <Radix.Overlay className="nl-scrim" />
        <Radix.Content className="nl-palette" data-modal="" aria-describedby={undefined}>
          <Radix.Title className="nl-visually-hidden">Commands</Radix.Title>
          <PaletteList onRun={() => setOpen(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function PaletteList({ onRun }: { readonly onRun: () => void }) {
  const listed = listCommands().filter((command) => command.isListed !== false);
  const run = (command: Command): void => {
    onRun();
    // After the dialog has given the focus back: a command may move it.
    requestAnimationFrame(() => runCommand(command.id));
  };
  return (
    <List label="Commands" loop>
      <List.Input className="nl-palette-input" placeholder="Find a command" autoFocus />
      <List.List className="nl-palette-list">
        <List.Empty className="nl-palette-empty">No command has that name.</List.Empty>
        {commandGroups.map((group) => {
          const members = listed.filter((command) => command.group === group);
          if (members.length === 0) return null;
          return (
            <List.Group key={group} heading={group} className="nl-palette-group">
              {members.map((command) => (
                <List.Item
                  key={command.id}
                  value={`${command.title} ${command.id}`}
                  keywords={[group, command.keywords ?? ""]}
                  disabled={!isCommandEnabled(command)}
                  onSelect={() => run(command)}
                  className="nl-palette-item"
                >
                  <span>{command.title}</span>
                  <span className="nl-palette-keys">
                    {shortcutsOf(command)
                      .slice(0, 2)
                      .map((shortcut) => (
                        <Kbd key={shortcut} shortcut={shortcut} />
                      ))}
                  </span>
                </List.Item>
              ))}
            </List.Group>
          );
        })}
      </List.List>
    </List>
  );
}
