import { createStore } from "zustand/vanilla";

export interface TextQuestion {
  readonly title: string;
  readonly label: string;
  readonly initial: string;
  /** What the button says. */
  readonly action: string;
  /** Why a text won't do, as a sentence; null where it will. */
  readonly findFault?: (text: string) => string | null;
  /** What will come of a text that will do, as a sentence; null where there is nothing to say. */
  readonly describe?: (text: string) => string | null;
}

interface AskTextState {
  readonly question: TextQuestion | null;
  readonly answer: ((text: string | null) => void) | null;
}

export const askTextStore = createStore<AskTextState>()(() => ({ question: null, answer: null }));

/** Asks for a line of text in a dialog; null when it was closed without an answer. */
export function askText(question: TextQuestion): Promise<string | null> {
  askTextStore.getState().answer?.(null);
  return new Promise((resolve) => {
    askTextStore.setState({
      question,
      answer: (text) => {
        askTextStore.setState({ question: null, answer: null });
        resolve(text);
      },
    });
  });
}
