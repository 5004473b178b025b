import { useStore } from "zustand";
import { answerQuestion, askStore } from "./ask.ts";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

/** Mount once. */
export function AskDialog() {
  const { question } = useStore(askStore);
  if (question === null) return null;
  return (
    <Dialog
      isOpen
      size={question.answers.length > 3 ? "medium" : "small"}
      title={question.title}
      description={question.body}
      onClose={() => answerQuestion(null)}
      footer={question.answers.map((option, index) => (
        <Button
          key={option.id}
          tone={option.tone ?? (index === question.answers.length - 1 ? "primary" : "plain")}
          onClick={() => answerQuestion(option.id)}
        >
          {option.title}
        </Button>
      ))}
    />
  );
}
