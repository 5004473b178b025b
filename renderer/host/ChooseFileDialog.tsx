import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from "react";
import { ArrowUp, File, Folder, House } from "lucide-react";
import { useStore } from "zustand";
import type { HostProblem, Listing, Purpose } from "#shared/host/contract.ts";
import type { Result } from "#shared/base/result.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Field } from "../ui/Field.tsx";
import { Icon } from "../ui/Icon.tsx";
import { formatBytes, formatWhen } from "../ui/format.ts";
import { type ChooseFileOptions, type Chosen, chooserStore } from "./chooseFile.ts";
import { host } from "./hostClient.ts";
import "./chooseFile.css";

/** Mount once: shows what `chooseFile` asks for where the system has no dialog of its own. */
export function ChooseFileDialog() {
  const pending = useStore(chooserStore, (state) => state.pending);
  if (pending === null) return null;
  return <Browser options={pending.options} onDone={pending.resolve} />;
}

type Entry = Listing["entries"][number];

const lastFolder = new Map<Purpose, string>();

/** Folders from which something was chosen in this window, newest first. */
let recentPlaces: readonly { readonly handle: string; readonly location: string }[] = [];

function rememberPlace(listing: Listing | null): void {
  if (listing === null) return;
  const { directory, location } = listing;
  const others = recentPlaces.filter((place) => place.location !== location);
  recentPlaces = [{ handle: directory, location }, ...others].slice(0, 4);
}

/** The folder of last time, or where the host begins if that is gone. */
async function browseFirst(purpose: Purpose): Promise<Result<Listing, HostProblem>> {
  const answer = await host.browse({ directory: lastFolder.get(purpose) ?? null, purpose });
  if (answer.ok || !lastFolder.delete(purpose)) return answer;
  return host.browse({ directory: null, purpose });
}

interface BrowserProps {
  readonly options: ChooseFileOptions;
  readonly onDone: (chosen: Chosen | null) => void;
}

function Browser({ options, onDone }: BrowserProps) {
  const { purpose, suggestedName = "" } = options;
  const [listing, setListing] = useState<Listing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [path, setPath] = useState("");
  const [selected, setSelected] = useState<string | null>(null);
  const [name, setName] = useState(suggestedName);
  const listRef = useRef<HTMLUListElement>(null);
  const nameRef = useRef<HTMLInputElement>(null);

  const show = (answer: Result<Listing, HostProblem>): void => {
    if (!answer.ok) {
      setProblem(answer.error.message);
      return;
    }
    const { location } = answer.value;
    lastFolder.set(purpose, answer.value.directory);
    setListing(answer.value);
    // What was typed while the first folder was still being read stays.
    setPath((typed) => (listing === null && typed !== "" ? typed : location));
    setSelected(null);
    setProblem(null);
  };
  const visit = async (directory: string | null): Promise<void> =>
    show(await host.browse({ directory, purpose }));

  // Whoever went somewhere meanwhile stays there.
  const showFirst = useEffectEvent((answer: Result<Listing, HostProblem>): void => {
    if (listing === null) show(answer);
  });
  useEffect(() => {
    let isWanted = true;
    void browseFirst(purpose).then((answer) => isWanted && showFirst(answer));
    return () => {
      isWanted = false;
    };
  }, [purpose]);
  useEffect(() => {
    if (listing === null) return;
    const field = nameRef.current;
    if (field === null) return listRef.current?.focus();
    field.focus();
    // The part that one wants to change.
    field.setSelectionRange(0, Math.max(0, field.value.lastIndexOf(".")));
  }, [listing]);

  const finish = async (answer: Promise<Result<Chosen, HostProblem>>): Promise<void> => {
    const chosen = await answer;
    if (chosen.ok) {
      rememberPlace(listing);
      onDone(chosen.value);
    } else setProblem(chosen.error.message);
  };
  const chooseName = (entryName: string | null): void => {
    if (listing === null) return;
    void finish(host.choose({ directory: listing.directory, name: entryName, purpose }));
  };
  const openEntry = (entry: Entry): void => {
    if (entry.kind === "folder") void visit(entry.handle);
    else if (purpose === "save-project") setName(entry.name);
    else chooseName(entry.name);
  };
  const goToPath = (): void => {
    void (async () => {
      const answer = await host.choosePath(path.trim(), purpose);
      if (!answer.ok) return setProblem(answer.error.message);
      if (answer.value.kind === "folder") return void visit(answer.value.handle);
      onDone(answer.value);
    })();
  };

  const main = mainAction({ purpose, selected, name, listing });
  const onMain = (): void => {
    const entry = listing?.entries.find((candidate) => candidate.name === selected) ?? null;
    // A path typed but not visited yet is what the person means, not the folder still listed.
    if (path.trim() !== listing?.location) {
      if (purpose === "data" || purpose === "export") {
        return void finish(host.choosePath(path.trim(), purpose));
      }
      return goToPath();
    }
    if (purpose === "save-project") chooseName(name.trim());
    else if (purpose === "export") chooseName(null);
    else if (entry?.kind === "folder" && purpose === "data") chooseName(entry.name);
    else if (entry !== null) openEntry(entry);
    else chooseName(null);
  };

  return (
    <Dialog
      isOpen
      size="large"
      title={titles[purpose]}
      description={descriptions[purpose]}
      onClose={() => onDone(null)}
      footer={
        <>
          <Button onClick={() => onDone(null)}>Cancel</Button>
          <Button tone="primary" disabled={main.isDisabled} onClick={onMain}>
            {main.title}
          </Button>
        </>
      }
    >
      <form
        className="nl-chooser-path"
        onSubmit={(event) => {
          event.preventDefault();
          goToPath();
        }}
      >
        <IconButton
          icon={ArrowUp}
          label="Folder above"
          disabled={listing?.parent === null || listing === null}
          onClick={() => void visit(listing?.parent ?? null)}
        />
        <input
          className="nl-input is-mono"
          aria-label="Path"
          spellCheck={false}
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
        <Button size="small" onClick={goToPath}>
          Go
        </Button>
      </form>
      <div className="nl-chooser-places" role="group" aria-label="Places">
        <Button size="small" tone="quiet" icon={House} onClick={() => void visit(null)}>
          Home
        </Button>
        {recentPlaces.map(({ handle, location }) => (
          <Button
            key={location}
            size="small"
            tone="quiet"
            icon={Folder}
            title={location}
            onClick={() => void visit(handle)}
          >
            {location.split(/[\\/]/).at(-1) || location}
          </Button>
        ))}
      </div>
      {problem !== null && (
        <p role="alert" className="nl-chooser-problem">
          {problem}
        </p>
      )}
      <EntryList
        listRef={listRef}
        listing={listing}
        selected={selected}
        onSelect={(entry) => {
          setSelected(entry.name);
          if (purpose === "save-project" && entry.kind === "file") setName(entry.name);
        }}
        onOpen={openEntry}
        onUp={() => listing?.parent !== null && void visit(listing?.parent ?? null)}
      />
      {purpose === "save-project" && (
        <Field label="File name">
          {({ id }) => (
            <input
              ref={nameRef}
              id={id}
              className="nl-input"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && !main.isDisabled && onMain()}
            />
          )}
        </Field>
      )}
    </Dialog>
  );
}

interface EntryListProps {
  readonly listRef: React.RefObject<HTMLUListElement | null>;
  readonly listing: Listing | null;
  readonly selected: string | null;
  readonly onSelect: (entry: Entry) => void;
  readonly onOpen: (entry: Entry) => void;
  readonly onUp: () => void;
}

/** A list to walk with arrows, Home, End and first letters; Enter opens, Backspace goes up. */
function EntryList({ listRef, listing, selected, onSelect, onOpen, onUp }: EntryListProps) {
  const entries = listing?.entries ?? [];
  const index = entries.findIndex((entry) => entry.name === selected);
  const moveTo = (next: number): void => {
    const entry = entries[Math.min(entries.length - 1, Math.max(0, next))];
    if (entry === undefined) return;
    onSelect(entry);
    listRef.current
      ?.querySelector(`[data-name="${CSS.escape(entry.name)}"]`)
      ?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const entry = entries[index];
    if (steps !== undefined) moveTo(index < 0 && steps > 0 ? 0 : index + steps);
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(entries.length - 1);
    else if (event.key === "Enter" && entry !== undefined) onOpen(entry);
    else if (event.key === "Backspace") onUp();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const letter = event.key.toLowerCase();
      const order = [...entries.slice(index + 1), ...entries.slice(0, index + 1)];
      const hit = order.find((candidate) => candidate.name.toLowerCase().startsWith(letter));
      if (hit !== undefined) moveTo(entries.indexOf(hit));
    } else return;
    event.preventDefault();
  };
  return (
    <ul
      ref={listRef}
      className="nl-chooser-list"
      role="listbox"
      tabIndex={0}
      aria-label={`Files and folders in ${listing?.location ?? "…"}`}
      aria-activedescendant={index < 0 ? undefined : `nl-entry-${index}`}
      onKeyDown={onKeyDown}
    >
      {entries.map((entry, position) => (
        <li
          key={entry.name}
          id={`nl-entry-${position}`}
          role="option"
          aria-selected={entry.name === selected}
          data-name={entry.name}
          className="nl-chooser-entry"
          onClick={() => onSelect(entry)}
          onDoubleClick={() => onOpen(entry)}
        >
          <Icon of={entry.kind === "folder" ? Folder : File} />
          <span className="nl-chooser-name">{entry.name}</span>
          <span className="nl-chooser-size">
            {entry.kind === "file" ? formatBytes(entry.size) : ""}
          </span>
          <span className="nl-chooser-when">{formatWhen(entry.modifiedMs)}</span>
        </li>
      ))}
      {listing !== null && entries.length === 0 && (
        <li className="nl-chooser-none" role="presentation">
          Nothing here that fits.
        </li>
      )}
      {listing?.isTruncated === true && (
        <li className="nl-chooser-none" role="presentation">
          There is more; type the path above to reach it.
        </li>
      )}
    </ul>
  );
}

const titles: Readonly<Record<Purpose, string>> = {
  "open-project": "Open a project",
  "save-project": "Save the project",
  data: "Choose data",
  export: "Choose where to export",
};
const descriptions: Readonly<Record<Purpose, string>> = {
  "open-project": "Project files end in .netloom.",
  "save-project": "Choose a folder and a name.",
  data: "A CSV file, IDX files, or a folder that holds them. Nothing leaves this machine.",
  export: "A new folder is made inside the one you choose.",
};

function mainAction(state: {
  readonly purpose: Purpose;
  readonly selected: string | null;
  readonly name: string;
  readonly listing: Listing | null;
}): { title: string; isDisabled: boolean } {
  const { purpose, selected, name, listing } = state;
  const kind = listing?.entries.find((entry) => entry.name === selected)?.kind ?? null;
  switch (purpose) {
    case "open-project":
      return { title: kind === "folder" ? "Show folder" : "Open", isDisabled: kind === null };
    case "save-project":
      return { title: "Save here", isDisabled: name.trim() === "" || listing === null };
    case "data":
      return {
        title: kind === null ? "Use this folder" : kind === "folder" ? "Use folder" : "Use file",
        isDisabled: listing === null,
      };
    case "export":
      return { title: "Export into this folder", isDisabled: listing === null };
  }
}
