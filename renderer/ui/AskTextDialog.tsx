import { useState } from "react";
import { useStore } from "zustand";
import { askTextStore } from "./askText.ts";
import type { TextQuestion } from "./askText.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";
import { Field } from "./Field.tsx";

/** Mount once. */
export function AskTextDialog() {
  const question = useStore(askTextStore, (state) => state.question);
  return question === null ? null : <TextDialog key={question.title} question={question} />;
}

function TextDialog({ question }: { readonly question: TextQuestion }) {
  const [text, setText] = useState(question.initial);
  const fault = question.findFault?.(text.trim()) ?? null;
  const canAnswer = text.trim() !== "" && fault === null;
  const outcome = canAnswer ? (question.describe?.(text.trim()) ?? null) : null;
  const answer = (value: string | null) => askTextStore.getState().answer?.(value);
  const accept = () => {
    if (canAnswer) answer(text.trim());
  };
  return (
    <Dialog
      isOpen
      size="small"
      title={question.title}
      onClose={() => answer(null)}
      footer={
        <>
          <Button onClick={() => answer(null)}>Cancel</Button>
          <Button tone="primary" disabled={!canAnswer} onClick={accept}>
            {question.action}
          </Button>
        </>
      }
    >
      <Field label={question.label} layout="stacked" error={text.trim() === "" ? null : fault}>
        {(ids) => (
          <input
            type="text"
            className="nl-input"
            id={ids.id}
            aria-describedby={ids.describedBy}
            value={text}
            maxLength={100}
            spellCheck={false}
            // The dialog gives the focus to its first control; the suggestion is there to be typed over.
            onFocus={(event) => event.currentTarget.select()}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") accept();
            }}
          />
        )}
      </Field>
      {question.describe !== undefined && (
        <p className="nl-outcome" role="status">
          {outcome}
        </p>
      )}
    </Dialog>
  );
}
