import type { LayerPage, LayerUse, PageOption } from "#shared/layers/layerPage.ts";
import { formatCount } from "../../ui/format.ts";
import { LayerGlyph } from "../../ui/LayerGlyph.tsx";
import { formatAdds, formatMemory } from "../formatPlural.ts";
import { familyStyle } from "../canvas/familyStyle.ts";
import { ShapeChange } from "./ShapeChange.tsx";
import "./layerPage.css";

/** The page of one layer type, generated from its definition. */
export function LayerPageView({ page }: { readonly page: LayerPage }) {
  return (
    <article className="ed-page" style={familyStyle(page.category)} aria-labelledby="layer-page">
      <header className="ed-page-header">
        <LayerGlyph category={page.category} type={page.type} size={28} />
        <h2 id="layer-page">{page.title}</h2>
      </header>
      <p className="ed-page-summary">{page.summary}</p>
      {page.use !== null && (
        <>
          <ShapeChange use={page.use} title={page.title} />
          <p className="ed-page-note">
            {page.isExample
              ? "Shapes and figures of an example."
              : "Shapes and figures as in your graph."}{" "}
            The batch axis is left out.
          </p>
        </>
      )}
      {page.formula !== null && <p className="ed-page-formula">{page.formula}</p>}
      {page.paragraphs.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {page.use !== null && <Figures use={page.use} />}
      <Options options={page.options} />
      <h3>Sources</h3>
      <ul className="ed-page-sources">
        {page.sources.map(({ title, url }) => (
          <li key={title}>
            {url === undefined ? (
              title
            ) : (
              <a href={url} target="_blank" rel="noreferrer">
                {title}
              </a>
            )}
          </li>
        ))}
      </ul>
    </article>
  );
}

function Figures({ use }: { readonly use: LayerUse }) {
  const frozen = use.paramCount - use.trainableCount;
  return (
    <>
      <h3>Weights and cost</h3>
      {use.weights.length > 0 && (
        <table className="ed-page-table">
          <thead>
            <tr>
              <th>Weight</th>
              <th>Shape</th>
              <th className="is-number">Numbers</th>
            </tr>
          </thead>
          <tbody>
            {use.weights.map(({ name, shape, isTrainable }) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                  {!isTrainable && <span className="ed-page-note"> not trained</span>}
                </td>
                <td>{shape.length === 0 ? "a number" : shape.join(" × ")}</td>
                <td className="is-number">
                  {formatCount(shape.reduce((all, size) => all * size, 1))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="ed-page-figures">
        <div>
          <dt>Weights</dt>
          <dd>
            {use.paramCount === 0 ? "none" : formatCount(use.paramCount)}
            {frozen > 0 && ` (${formatCount(frozen)} not trained)`}
          </dd>
        </div>
        <div>
          <dt>Multiply-adds per sample</dt>
          <dd>{formatAdds(use.multiplyAdds)}</dd>
        </div>
        <div>
          <dt>Activations per sample</dt>
          <dd>{formatMemory(use.activationBytes)}</dd>
        </div>
      </dl>
    </>
  );
}

function Options({ options }: { readonly options: readonly PageOption[] }) {
  if (options.length === 0) return null;
  return (
    <>
      <h3>Options</h3>
      <dl className="ed-page-options">
        {options.map((option) => (
          <div key={option.name}>
            <dt>
              {option.label} <code>{option.pythonName ?? option.name}</code>
              <span className="ed-page-default">
                {option.value !== null && <strong>{option.value}</strong>}
                {option.value !== null ? ` (usually ${option.default})` : option.default}
              </span>
            </dt>
            <dd>
              {option.help}
              {option.choices.length > 0 && (
                <span className="ed-page-note"> {option.choices.join(", ")}.</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
