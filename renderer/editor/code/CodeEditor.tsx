import { useEffect, useRef } from "react";
import { useTheme } from "../../ui/useTheme.ts";
import { applyMonacoTheme, createCodePane } from "./monaco.ts";
import type { CodePane } from "./monaco.ts";
import type { CodeLanguage } from "./printCode.ts";

/** Monaco, read-only. Keeps its place when the text changes under it. */
export function CodeEditor(props: {
  readonly text: string;
  readonly language: CodeLanguage;
  readonly label: string;
}) {
  const { text, language, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const pane = useRef<CodePane | null>(null);
  const theme = useTheme();

  useEffect(() => {
    if (place.current === null) return;
    const created = createCodePane(place.current);
    pane.current = created;
    return () => {
      created.dispose();
      pane.current = null;
    };
  }, []);
  useEffect(() => pane.current?.show(text, language), [text, language]);
  useEffect(() => pane.current?.setLabel(`${label}, read-only`), [label]);
  useEffect(() => applyMonacoTheme(), [theme]);
  return <div ref={place} className="ed-code-editor" />;
}
