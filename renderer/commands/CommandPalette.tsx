import { useState } from "react";
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
import { rankCommands } from "./rankCommands.ts";
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
  const [search, setSearch] = useState("");
  const listed = listCommands().filter((command) => command.isListed !== false);
  const isSearching = search.trim() !== "";
  const run = (command: Command): void => {
    onRun();
    // After the dialog has given the focus back: a command may move it.
    requestAnimationFrame(() => runCommand(command.id));
  };
  const list = (commands: readonly Command[]) =>
    commands.map((command) => <PaletteItem key={command.id} command={command} onRun={run} />);
  return (
    <List label="Commands" loop shouldFilter={false}>
      <List.Input
        className="nl-palette-input"
        placeholder="Find a command"
        autoFocus
        value={search}
        onValueChange={setSearch}
      />
      <List.List className="nl-palette-list">
        <List.Empty className="nl-palette-empty">No command has that name.</List.Empty>
        {isSearching
          ? // The best first, whatever its group.
            list(rankCommands(listed, search))
          : commandGroups.map((group) => {
              const members = listed.filter((command) => command.group === group);
              if (members.length === 0) return null;
              return (
                <List.Group key={group} heading={group} className="nl-palette-group">
                  {list(members)}
                </List.Group>
              );
            })}
      </List.List>
    </List>
  );
}

function PaletteItem(props: {
  readonly command: Command;
  readonly onRun: (command: Command) => void;
}) {
  const { command, onRun } = props;
  return (
    <List.Item
      value={command.id}
      disabled={!isCommandEnabled(command)}
      onSelect={() => onRun(command)}
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
  );
}
