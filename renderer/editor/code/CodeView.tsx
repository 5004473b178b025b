import { Check, Code, Copy, Download } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useDocument } from "../../state/documentStore.ts";
import { sessionStore } from "../../state/sessionStore.ts";
import { announce } from "../../ui/announce.ts";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { SegmentedControl } from "../../ui/SegmentedControl.tsx";
import { Select } from "../../ui/Select.tsx";
import { showToast } from "../../ui/toastStore.ts";
import { formatPlural } from "../formatPlural.ts";
import { printCode } from "./printCode.ts";
import type { CodeFile, CodeLanguage } from "./printCode.ts";
import "./code.css";

// Monaco is large: it comes after the text, which can be read meanwhile.
const CodeEditor = lazy(() =>
  import("./CodeEditor.tsx").then((file) => ({ default: file.CodeEditor })),
);

const languages = [
  { value: "typescript", title: "TypeScript" },
  { value: "python", title: "Python" },
] as const;

/** The model as source, always up to date: TypeScript for tfjs, Python for Keras. */
export function CodeView() {
  const document = useDocument((state) => state.document);
  const documentAnalysis = useDocument((state) => state.documentAnalysis);
  const [language, setLanguage] = useState<CodeLanguage>("typescript");
  const [fileName, setFileName] = useState<string | null>(null);
  const printed = useMemo(
    () => printCode(document, documentAnalysis, language),
    [document, documentAnalysis, language],
  );
  const files = printed.ok ? printed.value : [];
  const file = files.find((entry) => entry.name === fileName) ?? files[0];
  return (
    <div className="ed-code">
      <div className="ed-code-bar">
        <SegmentedControl
          label="Language"
          value={language}
          options={languages}
          onChange={setLanguage}
        />
        {files.length > 1 && file !== undefined && (
          <Select
            label="File"
            className="ed-code-file"
            value={file.name}
            options={files.map((entry) => ({ value: entry.name }))}
            onChange={setFileName}
          />
        )}
        {files.length === 1 && file !== undefined && (
          <span className="ed-code-name">{file.name}</span>
        )}
        <span className="ed-code-space" />
        {file !== undefined && <CodeActions file={file} />}
      </div>
      {file === undefined ? (
        <EmptyState
          icon={Code}
          title="Code appears when the model is whole"
          actions={
            <Button
              onClick={() => {
                sessionStore.getState().showView("design");
                sessionStore.getState().showDockTab("problems");
              }}
            >
              Show the problems
            </Button>
          }
        >
          {printed.ok
            ? "There is nothing to print yet."
            : `${formatPlural(printed.error.length, "problem")} in the way. ${printed.error[0]?.message ?? ""}`}
        </EmptyState>
      ) : (
        <Suspense
          fallback={
            <pre className="ed-code-plain" tabIndex={0} aria-label={file.name}>
              {file.text}
            </pre>
          }
        >
          <CodeEditor text={file.text} language={language} label={file.name} />
        </Suspense>
      )}
    </div>
  );
}

function CodeActions({ file }: { readonly file: CodeFile }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(file.text);
    } catch {
      showToast({
        tone: "warning",
        message:
          "The clipboard can’t be written here. Select the code and copy it, or save the file.",
      });
      return;
    }
    announce(`${file.name} copied`);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <>
      <Button size="small" icon={isCopied ? Check : Copy} onClick={() => void copy()}>
        {isCopied ? "Copied" : "Copy"}
      </Button>
      <Button size="small" icon={Download} onClick={() => downloadFile(file)}>
        Save
      </Button>
    </>
  );
}

function downloadFile(file: CodeFile): void {
  const url = URL.createObjectURL(new Blob([file.text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  // The browser has read the address once the click is through.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
