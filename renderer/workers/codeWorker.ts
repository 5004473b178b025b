// Monaco's own worker program: links, folding and the like for the read-only code view.
import "monaco-editor/editor/editor.worker.js";
