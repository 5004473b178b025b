import * as monaco from "monaco-editor/editor/editor.api.js";
import "monaco-editor/features/find/register.js";
import "monaco-editor/features/folding/register.js";
import "monaco-editor/features/clipboard/register.js";
import "monaco-editor/features/wordOperations/register.js";
import "monaco-editor/features/toggleTabFocusMode/register.js";
import "monaco-editor/languages/definitions/typescript/register.js";
import "monaco-editor/languages/definitions/python/register.js";
import { readTheme, readThemeColor } from "../../ui/themeColor.ts";

// Only the editor's own worker: the code is read, so no language service is needed.
self.MonacoEnvironment = {
  getWorker: () =>
    new Worker(new URL("../../workers/codeWorker.ts", import.meta.url), {
      type: "module",
      name: "code",
    }),
};

const themeName = "netloom";

/** Monaco's theme from our tokens; called again when the theme changes. */
export function applyMonacoTheme(): void {
  const colour = (token: `--${string}`) => toHex(readThemeColor(token));
  const bare = (token: `--${string}`) => colour(token).slice(1);
  monaco.editor.defineTheme(themeName, {
    base: readTheme() === "dark" ? "vs-dark" : "vs",
    inherit: false,
    rules: [
      { token: "", foreground: bare("--text") },
      { token: "comment", foreground: bare("--text-3") },
      { token: "keyword", foreground: bare("--c-conv") },
      { token: "string", foreground: bare("--c-merge") },
      { token: "number", foreground: bare("--c-rnn") },
      { token: "type", foreground: bare("--c-dense") },
      { token: "delimiter", foreground: bare("--text-2") },
    ],
    colors: {
      "editor.background": colour("--panel"),
      "editor.foreground": colour("--text"),
      "editorLineNumber.foreground": colour("--text-3"),
      "editorLineNumber.activeForeground": colour("--text-2"),
      "editor.lineHighlightBackground": colour("--hover"),
      "editor.selectionBackground": `${colour("--accent")}44`,
      "editorIndentGuide.background1": colour("--line"),
      "editorWidget.background": colour("--raised"),
      "editorWidget.border": colour("--line"),
      "input.background": colour("--canvas"),
      "scrollbarSlider.background": `${colour("--line-strong")}99`,
      focusBorder: colour("--accent"),
    },
  });
  monaco.editor.setTheme(themeName);
}

export interface CodePane {
  show(text: string, language: string): void;
  setLabel(label: string): void;
  dispose(): void;
}

export function createCodePane(place: HTMLElement): CodePane {
  applyMonacoTheme();
  const styles = getComputedStyle(document.documentElement);
  const editor = monaco.editor.create(place, {
    value: "",
    theme: themeName,
    readOnly: true,
    domReadOnly: true,
    automaticLayout: true,
    fontFamily: styles.getPropertyValue("--mono"),
    fontSize: 12.5,
    lineHeight: 19,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    renderLineHighlight: "none",
    contextmenu: false,
    links: false,
    bracketPairColorization: { enabled: false },
    padding: { top: 8, bottom: 12 },
    overviewRulerLanes: 0,
    // Tab leaves the code, as it can't be typed here anyway.
    tabFocusMode: true,
    scrollbar: { alwaysConsumeMouseWheel: false },
  });
  return {
    show(text, language) {
      const model = editor.getModel();
      if (model === null) return;
      monaco.editor.setModelLanguage(model, language);
      if (model.getValue() !== text) {
        const at = editor.getScrollTop();
        model.setValue(text);
        editor.setScrollTop(at);
      }
    },
    setLabel: (ariaLabel) => editor.updateOptions({ ariaLabel }),
    dispose() {
      editor.getModel()?.dispose();
      editor.dispose();
    },
  };
}

/** `rgb(79, 91, 213)` → `#4f5bd5`: Monaco takes hexadecimal colours only. */
function toHex(colour: string): string {
  const parts = colour.match(/[\d.]+/g) ?? [];
  const isUnit = colour.startsWith("color(");
  const bytes = parts.slice(0, 3).map((part) => Math.round(Number(part) * (isUnit ? 255 : 1)));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
