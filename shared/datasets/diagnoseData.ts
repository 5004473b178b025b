import type { CsvColumn, CsvSource, DataBinding } from "./binding.ts";
import type { DataIssue, DatasetSummary } from "./dataset.ts";
import { isMissingText } from "./missingTexts.ts";
import type { ColumnProfile } from "./profileColumns.ts";

/** Something about the data that a person should know before training, with repairs where there are simple ones. */
export interface DataRemark {
  /** Stable per kind and column. */
  readonly id: string;
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly text: string;
  readonly column?: string;
  readonly actions: readonly DataAction[];
}

export type DataAction =
  | { readonly kind: "rebind"; readonly title: string; readonly binding: DataBinding }
  /** Choose the file or folder again, or another one. */
  | { readonly kind: "choose"; readonly title: string }
  /** Guess columns and roles anew from the same file. */
  | { readonly kind: "reread"; readonly title: string };

export interface DiagnosedData {
  readonly binding: DataBinding;
  readonly summary: DatasetSummary | null;
  /** Profiles of the file's columns, in the binding's order; empty where it is no table. */
  readonly columns: readonly ColumnProfile[];
  readonly issues: readonly DataIssue[];
}

/** The data doctor: mistakes first, then doubts, then facts. */
export function diagnoseData(data: DiagnosedData): readonly DataRemark[] {
  const remarks = data.issues.map((issue) => describeIssue(issue, data.binding));
  const { source } = data.binding;
  if (source.kind === "csv") {
    for (const [index, column] of source.columns.entries()) {
      const profile = data.columns[index];
      if (profile && column.role !== "ignore") {
        remarks.push(...diagnoseColumn(column, profile, data.binding, source));
      }
    }
    remarks.push(...diagnoseMissingTexts(data.columns, data.binding, source));
    remarks.push(...diagnoseRoles(source));
  }
  if (source.kind === "idx" && source.labels === null) {
    remarks.push({
      id: "no-labels",
      severity: "warning",
      title: "There are no labels.",
      text: "Only images were found, so there is nothing to predict. Choose the folder that holds images and labels.",
      actions: [{ kind: "choose", title: "Choose a folder" }],
    });
  }
  if (data.summary) remarks.push(...diagnoseSummary(data.summary, data.binding));
  const rank = { error: 0, warning: 1, info: 2 };
  return remarks.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

function describeIssue(issue: DataIssue, binding: DataBinding): DataRemark {
  return {
    id: `issue ${issue.code} ${issue.line ?? ""} ${issue.column ?? ""}`,
    severity: "error",
    title: issueTitles[issue.code],
    text: issue.message,
    ...(issue.column === undefined ? {} : { column: issue.column }),
    actions: listIssueActions(issue, binding),
  };
}

const issueTitles: Readonly<Record<DataIssue["code"], string>> = {
  missing: "The data is not there.",
  unrecognised: "This is no data that can be read.",
  truncated: "The file is incomplete.",
  ragged: "A row does not fit.",
  "not-a-number": "A cell is not a number.",
  empty: "There is too little data.",
  "too-large": "The data is too large.",
  mismatch: "The data does not match the project.",
  encoding: "The text is not UTF-8.",
  "bad-option": "A setting does not work.",
  cancelled: "Reading was cancelled.",
};

function listIssueActions(issue: DataIssue, binding: DataBinding): readonly DataAction[] {
  const { source } = binding;
  const choose: DataAction = { kind: "choose", title: "Choose again" };
  if (source.kind !== "csv") return source.kind === "idx" ? [choose] : [];
  if (issue.code === "mismatch")
    return [{ kind: "reread", title: "Read the columns anew" }, choose];
  if (issue.column !== undefined) {
    const name = issue.column;
    const text = /: "(.*)" is not a number/.exec(issue.message)?.[1];
    const asMissing: readonly DataAction[] =
      issue.code === "not-a-number" && text !== undefined && !text.endsWith("…")
        ? [rebind(`Count “${text}” as missing`, addMissing(binding, source, [text]))]
        : [];
    const asCategory: readonly DataAction[] =
      issue.code === "not-a-number"
        ? [
            rebind(
              "Make the column categorical",
              changeColumn(binding, name, { kind: "categorical" }),
            ),
          ]
        : [];
    return [
      ...asMissing,
      ...asCategory,
      rebind("Ignore the column", changeColumn(binding, name, { role: "ignore" })),
    ];
  }
  return issue.code === "bad-option" ? [] : [choose];
}

function diagnoseColumn(
  column: CsvColumn,
  profile: ColumnProfile,
  binding: DataBinding,
  source: CsvSource,
): readonly DataRemark[] {
  const { name } = column;
  const remarks: DataRemark[] = [];
  const ignore = rebind("Ignore it", changeColumn(binding, name, { role: "ignore" }));

  if (profile.distinctCount === 1 && profile.emptyCount === 0) {
    remarks.push({
      id: `constant ${name}`,
      severity: "warning",
      title: `${name} never changes.`,
      text: `Every cell says “${profile.categories[0]?.text ?? ""}”, which tells a network nothing.`,
      column: name,
      actions: [ignore],
    });
  }
  if (column.kind === "categorical") {
    remarks.push(...diagnoseSpelling(column, profile, binding));
    if (column.role === "feature" && profile.distinctCount > 100) {
      remarks.push({
        id: `many ${name}`,
        severity: "warning",
        title: `${name} has ${profile.distinctCount > 2000 ? "more than 2,000" : profile.distinctCount} different texts.`,
        text: "Each would become an input of its own. Names and numbers of rows teach a network nothing.",
        column: name,
        actions: [ignore],
      });
    }
  }
  if (column.role === "target" && column.kind === "numeric" && !source.window) {
    const { numbers, distinctCount } = profile;
    if (numbers?.areIntegers && distinctCount <= 10) {
      remarks.push({
        id: `few-values ${name}`,
        severity: "info",
        title: `${name} has only ${distinctCount} different values.`,
        text: "If they are names of classes rather than amounts, predict them as classes.",
        column: name,
        actions: [
          rebind("Predict as classes", changeColumn(binding, name, { kind: "categorical" })),
        ],
      });
    }
  }
  if (column.role === "target" && column.kind === "categorical" && profile.distinctCount > 50) {
    const isNumeric = profile.textCount === 0;
    remarks.push({
      id: `many-classes ${name}`,
      severity: "warning",
      title: `${name} has ${profile.distinctCount} classes.`,
      text: isNumeric
        ? "They are numbers: predicting the amount is usually better."
        : "That is a lot to tell apart; check that this is the column to predict.",
      column: name,
      actions: isNumeric
        ? [rebind("Predict as a number", changeColumn(binding, name, { kind: "numeric" }))]
        : [],
    });
  }
  remarks.push(...diagnoseEmptyCells(column, profile, binding, source));
  return remarks;
}

/** `?` or `NA` among categories: one remark for all columns, because the repair is one for all. */
function diagnoseMissingTexts(
  profiles: readonly ColumnProfile[],
  binding: DataBinding,
  source: CsvSource,
): readonly DataRemark[] {
  const known = new Set(source.missing?.texts ?? []);
  const texts = new Set<string>();
  const names: string[] = [];
  let count = 0;
  for (const [index, { name, role, kind }] of source.columns.entries()) {
    if (role === "ignore" || kind !== "categorical") continue;
    const marks = (profiles[index]?.categories ?? []).filter(
      ({ text }) => isMissingText(text) && !known.has(text),
    );
    if (marks.length > 0) names.push(name);
    for (const mark of marks) {
      texts.add(mark.text);
      count += mark.count;
    }
  }
  const [first] = names;
  if (first === undefined) return [];
  const said = [...texts].map((text) => `“${text}”`).join(" or ");
  return [
    {
      id: "missing-text",
      severity: "warning",
      title: `${count.toLocaleString("en-US")} ${count === 1 ? "cell says" : "cells say"} ${said}`,
      text: `in ${joinNames(names)}. They read as a category of their own.`,
      column: first,
      actions: [rebind("Treat as missing", addMissing(binding, source, [...texts]))],
    },
  ];
}

/** `a, b and c`; more than four are counted. */
function joinNames(names: readonly string[]): string {
  if (names.length > 4) return `${names.length} columns`;
  const last = names.at(-1) ?? "";
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last;
}

/** Texts that differ only in case, punctuation or spaces: “<=50K” and “<=50K.”. */
function diagnoseSpelling(
  column: CsvColumn,
  profile: ColumnProfile,
  binding: DataBinding,
): readonly DataRemark[] {
  const merged = new Set(column.merge?.map(({ from }) => from));
  const groups = new Map<string, { text: string; count: number }[]>();
  for (const category of profile.categories) {
    if (merged.has(category.text)) continue;
    const key = normalise(category.text);
    const group = groups.get(key);
    if (group) group.push(category);
    else groups.set(key, [category]);
  }
  const doubles = [...groups.values()].filter((group) => group.length > 1);
  if (doubles.length === 0) return [];
  // Profiles list the most frequent spelling first: that one stays.
  const merge = doubles.flatMap(([kept, ...others]) =>
    kept ? others.map(({ text }) => ({ from: text, to: kept.text })) : [],
  );
  const [first, second] = doubles[0] ?? [];
  const rows = merge.reduce(
    (sum, { from }) => sum + (profile.categories.find(({ text }) => text === from)?.count ?? 0),
    0,
  );
  const what = column.role === "target" ? "class" : "category";
  return [
    {
      id: `spelling ${column.name}`,
      severity: "error",
      title:
        doubles.length === 1
          ? `One ${what} is written in two ways.`
          : `${doubles.length} ${column.role === "target" ? "classes" : "categories"} are written in several ways.`,
      text: `“${first?.text ?? ""}” and “${second?.text ?? ""}” in ${column.name} look like the same; ${rows.toLocaleString("en-US")} ${rows === 1 ? "row differs" : "rows differ"}.`,
      column: column.name,
      actions: [
        rebind(
          "Merge them",
          changeColumn(binding, column.name, { merge: [...(column.merge ?? []), ...merge] }),
        ),
      ],
    },
  ];
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .replace(/[.,;:!]+$/, "")
    .trim();
}

function diagnoseEmptyCells(
  { name, role }: CsvColumn,
  profile: ColumnProfile,
  binding: DataBinding,
  source: CsvSource,
): readonly DataRemark[] {
  const texts = new Set(source.missing?.texts ?? []);
  const marked = profile.categories.reduce(
    (sum, { text, count }) => sum + (texts.has(text) ? count : 0),
    0,
  );
  const count = profile.emptyCount + marked;
  if (count === 0) return [];
  const isFilled = source.missing?.rows !== "drop";
  const rows: "fill" | "drop" = isFilled ? "drop" : "fill";
  const share = Math.round((100 * count) / Math.max(1, profile.rowCount));
  const fate = source.window
    ? "Each repeats the value before it."
    : role === "target" || !isFilled
      ? "Their rows are left out."
      : "Numbers get the column's mean over the training part, categories none.";
  const changed: CsvSource = { ...source, missing: { texts: source.missing?.texts ?? [], rows } };
  return [
    {
      id: `empty ${name}`,
      severity: share > 30 ? "warning" : "info",
      title: `${count.toLocaleString("en-US")} ${count === 1 ? "cell is" : "cells are"} missing in ${name}${share >= 1 ? ` (${share} %)` : ""}.`,
      text: fate,
      column: name,
      actions:
        role === "target" || source.window
          ? []
          : [
              rebind(isFilled ? "Leave such rows out" : "Fill them instead", {
                ...binding,
                source: changed,
              }),
            ],
    },
  ];
}

function diagnoseRoles(source: CsvSource): readonly DataRemark[] {
  if (source.columns.some(({ role }) => role === "target")) return [];
  return [
    {
      id: "no-target",
      severity: "warning",
      title: "No column is the target.",
      text: "A network learns to predict something: give one column the role “target”.",
      actions: [],
    },
  ];
}

function diagnoseSummary(summary: DatasetSummary, binding: DataBinding): readonly DataRemark[] {
  const remarks: DataRemark[] = [];
  const classes = summary.fields.find((field) => field.role === "target" && field.classes)?.classes;
  const { classCounts, sampleCount } = summary;
  const most = Math.max(0, ...classCounts);
  const share = most / Math.max(1, sampleCount);
  const name = classes?.[classCounts.indexOf(most)] ?? "";
  if (classes && classes.length > 1 && share > Math.max(0.4, 1.4 / classes.length)) {
    const percent = Math.round(100 * share);
    remarks.push({
      id: "uneven",
      severity: "warning",
      title: `The classes are uneven: ${percent} % are “${name}”.`,
      text: `A model that always says so is right ${percent} % of the time; look for more than that. Both parts of the split keep the classes' shares.`,
      actions: [],
    });
  }
  const rare = classCounts.findIndex((count) => count < 4);
  if (classes && rare >= 0) {
    remarks.push({
      id: "rare",
      severity: "warning",
      title: `“${classes[rare] ?? ""}” has only ${classCounts[rare]} ${classCounts[rare] === 1 ? "sample" : "samples"}.`,
      text: "A class needs samples in both parts of the split to be learned and checked.",
      actions: [],
    });
  }
  if (sampleCount < 100) {
    remarks.push({
      id: "few",
      severity: "info",
      title: `There are only ${sampleCount} samples.`,
      text: "Results will vary with the split's seed; try several.",
      actions: [],
    });
  }
  if (binding.scaling === "none" && summary.kind === "images") {
    remarks.push(suggestScaling(binding, "zeroToOne", "Scale to 0–1", "Pixels arrive as 0–255."));
  }
  if (binding.scaling === "none" && binding.source.kind === "csv") {
    remarks.push(
      suggestScaling(binding, "standardise", "Standardise", "Numbers arrive as they are written."),
    );
  }
  return remarks;
}

function suggestScaling(
  binding: DataBinding,
  scaling: "zeroToOne" | "standardise",
  title: string,
  text: string,
): DataRemark {
  return {
    id: "unscaled",
    severity: "info",
    title: "Nothing is scaled.",
    text: `${text} Most networks learn faster from values near 1.`,
    actions: [rebind(title, { ...binding, scaling })],
  };
}

function rebind(title: string, binding: DataBinding): DataAction {
  return { kind: "rebind", title, binding };
}

function addMissing(
  binding: DataBinding,
  source: CsvSource,
  texts: readonly string[],
): DataBinding {
  const known = source.missing?.texts ?? [];
  return {
    ...binding,
    source: {
      ...source,
      missing: {
        texts: [...new Set([...known, ...texts])],
        rows: source.missing?.rows ?? "fill",
      },
    },
  };
}

/** The binding with one column of its table changed; as it was where it has no such column. */
export function changeColumn(
  binding: DataBinding,
  name: string,
  change: Partial<Omit<CsvColumn, "name">>,
): DataBinding {
  const { source } = binding;
  if (source.kind !== "csv") return binding;
  return {
    ...binding,
    source: {
      ...source,
      columns: source.columns.map((column) =>
        column.name === name ? { ...column, ...change } : column,
      ),
    },
  };
}
