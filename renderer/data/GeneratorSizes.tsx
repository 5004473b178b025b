import type { DataSource } from "#shared/datasets/binding.ts";
import { describeSizes, readSizes } from "#shared/datasets/generators/generatedSizes.ts";
import { documentStore } from "../state/documentStore.ts";
import { Field } from "../ui/Field.tsx";
import { NumberField } from "../ui/NumberField.tsx";

type Generated = Extract<DataSource, { readonly kind: "generated" }>;
export type GeneratedChange = Partial<Omit<Generated, "kind" | "generator">>;

/** The sizes of generated samples, where the generator draws any. */
export function GeneratorSizes({
  source,
  onChange,
}: {
  readonly source: Generated;
  readonly onChange: (change: GeneratedChange, isGesture: boolean) => void;
}) {
  const form = describeSizes(source.generator);
  if (form === null) return null;
  const { shape, classes, vocabulary } = readSizes(source);
  return (
    <>
      {form.axes.map((label, axis) => (
        <Count
          key={label}
          label={label}
          least={1}
          value={shape[axis] ?? 1}
          onCommit={(size, isGesture) => onChange({ shape: shape.with(axis, size) }, isGesture)}
        />
      ))}
      {form.hasClasses && (
        <Count
          label="Classes"
          help="As many units as this belong in front of the Output."
          least={2}
          value={classes}
          onCommit={(count, isGesture) => onChange({ classes: count }, isGesture)}
        />
      )}
      {form.hasVocabulary && (
        <Count
          label="Vocabulary"
          help="Different words, numbered from 0; the Embedding's input dimension."
          least={4}
          value={vocabulary}
          onCommit={(count, isGesture) => onChange({ vocabulary: count }, isGesture)}
        />
      )}
    </>
  );
}

function Count({
  label,
  help,
  least,
  value,
  onCommit,
}: {
  readonly label: string;
  readonly help?: string;
  readonly least: number;
  readonly value: number;
  readonly onCommit: (value: number, isGesture: boolean) => void;
}) {
  return (
    <Field label={label} {...(help === undefined ? {} : { help })}>
      {({ id }) => (
        <NumberField
          id={id}
          isInteger
          min={least}
          max={100_000}
          value={value}
          onCommit={(size, { isGesture }) => size !== null && onCommit(size, isGesture)}
          onGestureEnd={documentStore.getState().sealStep}
        />
      )}
    </Field>
  );
}
