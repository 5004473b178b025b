import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { ReactNode } from "react";
import { Button, type ButtonTone } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

export interface Question<Answer extends string> {
  readonly title: string;
  readonly body: ReactNode;
  /** The main one last. */
  readonly answers: readonly {
    readonly id: Answer;
    readonly title: string;
    readonly tone?: ButtonTone;
  }[];
}

interface AskState {
  readonly question: Question<string> | null;
  readonly answer: ((id: string | null) => void) | null;
}

const askStore = createStore<AskState>()(() => ({ question: null, answer: null }));

/** Asks in a dialog; null when it was closed without an answer. Only for what undo can't bring back. */
export function ask<const Answer extends string>(
  question: Question<Answer>,
): Promise<Answer | null> {
  askStore.getState().answer?.(null);
  return new Promise((resolve) => {
    askStore.setState({
      question,
      answer: (id) => {
        askStore.setState({ question: null, answer: null });
        resolve(question.answers.find((answer) => answer.id === id)?.id ?? null);
      },
    });
  });
}

/** Mount once. */
export function AskDialog() {
  const { question, answer } = useStore(askStore);
  if (question === null) return null;
  return (
    <Dialog
      isOpen
      size="small"
      title={question.title}
      description={question.body}
      onClose={() => answer?.(null)}
      footer={question.answers.map((option, index) => (
        <Button
          key={option.id}
          tone={option.tone ?? (index === question.answers.length - 1 ? "primary" : "plain")}
          onClick={() => answer?.(option.id)}
        >
          {option.title}
        </Button>
      ))}
    />
  );
}
