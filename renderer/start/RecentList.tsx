import { useEffect, useState } from "react";
import { X } from "lucide-react";
import type { DraftInfo, RecentEntry } from "#shared/host/contract.ts";
import { host } from "../host/hostClient.ts";
import { discardDraft, openByHandle, recoverDraft } from "../project/projectLife.ts";
import { IconButton } from "../ui/Button.tsx";
import { formatWhen } from "../ui/format.ts";
import { showToast } from "../ui/toastStore.ts";

/** Work to recover, then projects opened lately. */
export function RecentList() {
  const [drafts, setDrafts] = useState<readonly DraftInfo[]>([]);
  const [recent, setRecent] = useState<readonly RecentEntry[] | null>(null);
  useEffect(() => {
    let isWanted = true;
    void Promise.all([host.listDrafts(), host.listRecent()]).then(([draftAnswer, recentAnswer]) => {
      if (!isWanted) return;
      setDrafts(draftAnswer.ok ? draftAnswer.value : []);
      setRecent(recentAnswer.ok ? recentAnswer.value : []);
      if (!recentAnswer.ok) showToast({ tone: "error", message: recentAnswer.error.message });
    });
    return () => {
      isWanted = false;
    };
  }, []);

  const discard = (draft: DraftInfo): void => {
    setDrafts(drafts.filter((other) => other !== draft));
    // Undo instead of "are you sure": the draft goes when the message does.
    let isKept = false;
    showToast({
      tone: "info",
      message: `The draft of “${draft.name}” was discarded.`,
      action: {
        title: "Undo",
        run: () => {
          isKept = true;
          setDrafts((present) => [draft, ...present]);
        },
      },
    });
    setTimeout(() => !isKept && void discardDraft(draft), 9_500);
  };
  const forget = (entry: RecentEntry): void => {
    setRecent((recent ?? []).filter((other) => other !== entry));
    void host.forgetRecent(entry.handle);
  };

  return (
    <div className="nl-start-lists">
      {drafts.length > 0 && (
        <section aria-labelledby="nl-drafts">
          <h2 id="nl-drafts" className="nl-heading">
            Not in a file yet
          </h2>
          <ul>
            {drafts.map((draft) => (
              <li key={draft.projectId} className="nl-recent">
                <button
                  type="button"
                  className="nl-recent-open"
                  onClick={() => void recoverDraft(draft)}
                >
                  <b>{draft.name}</b>
                  <span className="nl-recent-when">{formatWhen(draft.savedMs)}</span>
                  <small>
                    {draft.handle === null ? "Draft" : "Draft with changes the file lacks"}
                  </small>
                </button>
                <IconButton
                  icon={X}
                  iconSize={13}
                  label={`Discard the draft of ${draft.name}`}
                  onClick={() => discard(draft)}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="nl-recent">
        <h2 id="nl-recent" className="nl-heading">
          Recent
        </h2>
        {recent?.length === 0 && (
          <p className="nl-start-none">
            Projects you save appear here. Begin with a template on the right.
          </p>
        )}
        <ul>
          {recent?.map((entry) => (
            <li key={entry.handle} className="nl-recent">
              <button
                type="button"
                className="nl-recent-open"
                disabled={entry.isMissing}
                onClick={() => void openByHandle(entry.handle)}
              >
                <b>{entry.label.replace(/\.netloom$/, "")}</b>
                <span className="nl-recent-when">{formatWhen(entry.openedMs)}</span>
                <small>{entry.isMissing ? `No longer in ${entry.location}` : entry.location}</small>
              </button>
              <IconButton
                icon={X}
                iconSize={13}
                label={`Forget ${entry.label}`}
                onClick={() => forget(entry)}
              />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
