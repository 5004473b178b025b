import { createStore } from "zustand/vanilla";
import type { ReactNode } from "react";
import type { ButtonTone } from "./Button.tsx";

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

export const askStore = createStore<AskState>()(() => ({ question: null, answer: null }));

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

/** Gives the answer to the question on screen; null closes it without one. */
export function answerQuestion(id: string | null): void {
  askStore.getState().answer?.(id);
}
