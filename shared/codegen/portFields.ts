/** Which field of the data feeds which input and target, as far as the binding alone tells. */
import { assertNever } from "../base/assertNever.ts";
import type { ModelPlan } from "../compiler/plan.ts";
import type { CsvColumn, DataBinding, GeneratorName } from "../datasets/binding.ts";
import { readsTruthAs } from "../training/losses.ts";
import { makeIdentifier, makeIdentifiers } from "./identifiers.ts";

export interface ScriptField {
  /** As the data set names it; user's text, never printed. */
  readonly name: string;
  /** Its variable in the script. */
  readonly key: string;
  readonly role: "feature" | "target";
  readonly isClass: boolean;
  /** Never scaled: tokens, and numbers that are about 1 as they are. */
  readonly isFixed: boolean;
  /** Bytes of pictures. */
  readonly isImage: boolean;
  /** CSV only: the columns that make it, with their place in a row. */
  readonly columns: readonly PlacedColumn[];
}

export type PlacedColumn = CsvColumn & { readonly index: number };

/** Variables and functions of the printed scripts: a column of that name must not hide them. */
const scriptNames: ReadonlySet<string> = new Set(
  `rows required samples seen series count height width channels images imageShape missing merged glyphs figures
  makePart make_part makeData make_data makeSeries make_series makeWindows make_windows sampleCount sample_count
  splitSamples split_samples scaleColumns scale_columns standardiseImages readIdx read_idx numberClasses
  resizeImages resize_images readCsv read_csv numberColumn number_column classColumn class_column compareTexts
  text_order oneHotColumns one_hot_columns joinColumns fillMissing fill_missing fillForward fill_forward pick normal
  random createRandom drawPoint script Field Part MISSING GLYPHS FIGURES result layer row column`.split(
    /\s+/,
  ),
);

/** Also what scripts derive from a key: `priceRows`, `price_measured`, `imageShape`. */
function isScriptName(name: string): boolean {
  return scriptNames.has(name) || /(Rows|Shape|_measured)$/.test(name);
}

export function listFields(data: DataBinding): readonly ScriptField[] {
  const fields = listRawFields(data);
  const keys = makeIdentifiers(
    fields.map(({ name }) => (isScriptName(makeIdentifier(name)) ? `${name} values` : name)),
    "field",
  );
  return fields.map((field, index) => ({ ...field, key: keys[index] ?? field.role }));
}

type RawField = Omit<ScriptField, "key">;

function listRawFields({ source }: DataBinding): readonly RawField[] {
  switch (source.kind) {
    case "generated":
      return listGeneratedFields(source.generator);
    case "idx":
      return [
        makeField("image", "image"),
        ...(source.labels === null ? [] : [makeField("label", "class")]),
      ];
    case "csv":
      return listCsvFields(source.columns, source.window !== null);
    default:
      return assertNever(source);
  }
}

function listGeneratedFields(generator: GeneratorName): readonly RawField[] {
  switch (generator) {
    case "moons":
      return [makeField("features", "feature"), makeField("moon", "class")];
    case "circles":
      return [makeField("features", "feature"), makeField("circle", "class")];
    case "spirals":
      return [makeField("features", "feature"), makeField("spiral", "class")];
    case "blobs":
      return [makeField("features", "feature"), makeField("blob", "class")];
    case "xor":
      return [makeField("features", "feature"), makeField("xor", "class")];
    case "iris-like":
      return [makeField("features", "feature"), makeField("species", "class")];
    case "two-views":
      return [
        makeField("left", "feature"),
        makeField("right", "feature"),
        makeField("pattern", "class"),
      ];
    case "digits":
      return [makeField("image", "image"), makeField("digit", "class")];
    case "colour-shapes":
      return [makeField("image", "image"), makeField("shape", "class")];
    case "sine":
    case "seasonal":
    case "trend-windows":
      return [makeField("sequence", "feature"), makeField("next", "target")];
    case "sensor-steps":
      return [makeField("sequence", "feature"), makeField("reading", "target")];
    case "two-clouds":
      return [makeField("features", "feature"), makeField("cloud", "class")];
    case "pictures":
      return [makeField("image", "image"), makeField("label", "class")];
    case "picture-masks":
      return [makeField("image", "image"), makeField("mask", "class")];
    case "edge-maps":
      return [makeField("image", "image"), makeField("edges", "fixedTarget")];
    case "noisy-digits":
      return [makeField("image", "image"), makeField("clean", "fixedTarget")];
    case "digit-pairs":
      return [makeField("left", "image"), makeField("right", "image"), makeField("same", "class")];
    case "moving-figures":
      return [makeField("frames", "fixed"), makeField("direction", "class")];
    case "drawn-waves":
      return [makeField("settings", "feature"), makeField("wave", "fixedTarget")];
    case "audio-steps":
      return [makeField("sound", "fixed"), makeField("nextLevel", "class")];
    case "word-topics":
      return [makeField("words", "fixed"), makeField("topic", "class")];
    case "next-words":
      return [makeField("words", "fixed"), makeField("nextWord", "class")];
    case "reversed-words":
      return [
        makeField("source", "fixed"),
        makeField("previous", "fixed"),
        makeField("answer", "class"),
      ];
    default:
      return assertNever(generator);
  }
}

function makeField(
  name: string,
  kind: "feature" | "image" | "fixed" | "target" | "fixedTarget" | "class",
  columns: readonly PlacedColumn[] = [],
): RawField {
  return {
    name,
    role: kind === "feature" || kind === "image" || kind === "fixed" ? "feature" : "target",
    isClass: kind === "class",
    isFixed: kind === "fixed" || kind === "fixedTarget",
    isImage: kind === "image",
    columns,
  };
}

/** As `buildTable` lays them out: in windows what the target was so far is known, so it is a feature too. */
function listCsvFields(columns: readonly CsvColumn[], hasWindow: boolean): readonly RawField[] {
  const placed = columns.map((column, index) => ({ ...column, index }));
  const groups = new Map<string, PlacedColumn[]>();
  const addTo = (key: string, column: PlacedColumn) => {
    const group = groups.get(key);
    if (group) group.push(column);
    else groups.set(key, [column]);
  };
  for (const column of placed) {
    const isFeature =
      column.role === "feature" ||
      (hasWindow && column.role === "target" && column.kind === "numeric");
    const own = column.role === "feature" ? column.field : "";
    if (isFeature) addTo(own === "" ? (hasWindow ? "sequence" : "features") : own, column);
  }
  const features = [...groups].map(([name, group]) => makeField(name, "feature", group));
  groups.clear();
  for (const column of placed.filter(({ role }) => role === "target")) {
    const isShared = column.kind === "numeric" && column.field !== "";
    addTo(isShared ? column.field : column.name, column);
  }
  const targets = [...groups].map(([name, group]) =>
    makeField(name, group[0]?.kind === "categorical" ? "class" : "target", group),
  );
  return [...features, ...targets];
}

export interface PortFields {
  readonly inputs: readonly ScriptField[];
  readonly targets: readonly ScriptField[];
}

/** Named fields first, the others in order. null: the data has too few for this model. */
export function assignPortFields(plan: ModelPlan, data: DataBinding): PortFields | null {
  const fields = listFields(data);
  const inputs = assign(
    plan.inputs.map(({ field }) => field),
    fields.filter(({ role }) => role === "feature"),
  );
  const targets = assign(
    plan.outputs.map(({ target }) => target),
    fields.filter(({ role }) => role === "target"),
  );
  return inputs && targets ? { inputs, targets } : null;
}

/** Fields whose numbers are labels: scaling would make others of them. */
export function listLabelKeys(plan: ModelPlan, { targets }: PortFields): ReadonlySet<string> {
  return new Set(
    plan.outputs.flatMap(({ loss }, index) =>
      readsTruthAs(loss) === "sequence" ? (targets[index]?.key ?? []) : [],
    ),
  );
}

function assign(
  names: readonly string[],
  fields: readonly ScriptField[],
): readonly ScriptField[] | null {
  const free = fields.filter(({ name }) => !names.includes(name));
  const assigned: ScriptField[] = [];
  for (const name of names) {
    const field = fields.find((candidate) => candidate.name === name) ?? free.shift();
    if (field === undefined) return null;
    assigned.push(field);
  }
  return assigned;
}
