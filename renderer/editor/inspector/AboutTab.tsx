import type { AnyLayerDefinition } from "#shared/layers/defineLayer.ts";

/** What the layer does, when to use it, and where it is described. */
export function AboutTab(props: {
  readonly definition: AnyLayerDefinition | null;
  readonly type: string;
}) {
  const { definition } = props;
  if (definition === null) {
    return <p className="ed-inspector-text">Nothing is known about “{props.type}”.</p>;
  }
  return (
    <div className="ed-about">
      <p className="is-lead">{definition.summary}</p>
      {definition.about.split(/\n+/).map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <h3 className="ed-section">Options</h3>
      <dl>
        {Object.entries(definition.params).map(([name, spec]) => (
          <div key={name}>
            <dt>
              {spec.label} <code>{name}</code>
            </dt>
            <dd>{spec.help}</dd>
          </div>
        ))}
      </dl>
      <h3 className="ed-section">Sources</h3>
      <ul>
        {definition.sources.map((source) => (
          <li key={source.title}>
            {source.url === undefined ? (
              source.title
            ) : (
              <a href={source.url} target="_blank" rel="noreferrer">
                {source.title}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
