import { javascriptSources } from "./own/ownSources.ts";
import type { PrintedFile } from "./printTypeScript.ts";

/**
 * The classes of our own that a model file (`model.json`, as text) names, as a module to load beside it; null where
 * stock tfjs knows all its layers.
 */
export function printOwnLayersFile(modelJson: string): PrintedFile | null {
  const named = [...modelJson.matchAll(/"class_name":\s*"netloom>(\w+)"/g)].map(([, name]) => name);
  const texts = [...new Set(named)].sort().flatMap((name = "") => {
    const source = Object.hasOwn(javascriptSources, name) ? javascriptSources[name] : undefined;
    return source === undefined ? [] : [source.text];
  });
  if (texts.length === 0) return null;
  const head = [
    "// Made with Netloom: layers of the model beside this file that tfjs lacks.",
    `// Import it before the model is loaded: import "./netloomLayers.js";`,
    `import * as tf from "@tensorflow/tfjs";`,
  ].join("\n");
  return { name: "netloomLayers.js", text: `${[head, ...texts].join("\n\n")}\n` };
}
