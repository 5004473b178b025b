import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { SearchX, Unplug } from "lucide-react";
import type { TemplateInfo } from "#shared/host/contract.ts";
import { host } from "../host/hostClient.ts";
import { openTemplate } from "../project/projectLife.ts";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { formatExact } from "../ui/format.ts";
import { SearchField } from "../ui/SearchField.tsx";
import { TemplatePicture } from "./TemplatePicture.tsx";
import { groupByTopic, searchTemplates } from "./searchTemplates.ts";

type Loaded =
  | { readonly phase: "loading" }
  | { readonly phase: "ready"; readonly templates: readonly TemplateInfo[] }
  | { readonly phase: "failed"; readonly message: string };

/** Ordinary projects to start from, by lecture topic. Arrow keys walk the cards, Enter opens. */
export function TemplateGallery() {
  const [loaded, setLoaded] = useState<Loaded>({ phase: "loading" });
  const [query, setQuery] = useState("");
  const [topic, setTopic] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    void host.listTemplates().then((answer) => {
      if (!isWanted) return;
      setLoaded(
        answer.ok
          ? { phase: "ready", templates: answer.value }
          : { phase: "failed", message: answer.error.message },
      );
    });
    return () => {
      isWanted = false;
    };
  }, [attempt]);

  const templates = loaded.phase === "ready" ? loaded.templates : noTemplates;
  const topics = useMemo(() => groupByTopic(templates).map((group) => group.topic), [templates]);
  const groups = useMemo(
    () => groupByTopic(searchTemplates(templates, query, topic)),
    [templates, query, topic],
  );

  if (loaded.phase === "failed") {
    return (
      <EmptyState
        icon={Unplug}
        title="The templates could not be read"
        actions={<Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>}
      >
        {loaded.message}
      </EmptyState>
    );
  }
  return (
    <>
      <div className="nl-gallery-top">
        <SearchField
          label={`Search ${templates.length === 0 ? "" : `${templates.length} `}templates`}
          value={query}
          onSearch={setQuery}
        />
        <div className="nl-chips" role="group" aria-label="Topic">
          {[null, ...topics].map((name) => (
            <button
              key={name ?? "all"}
              type="button"
              className="nl-chip-button"
              aria-pressed={topic === name}
              onClick={() => setTopic(name)}
            >
              {name ?? "All"}
            </button>
          ))}
        </div>
      </div>
      {loaded.phase === "loading" && <p className="nl-late">Reading the templates …</p>}
      <Cards groups={groups} />
      {loaded.phase === "ready" && groups.length === 0 && (
        <EmptyState
          icon={SearchX}
          title={`No template is about “${query}”`}
          actions={
            <Button
              onClick={() => {
                setQuery("");
                setTopic(null);
              }}
            >
              Show all
            </Button>
          }
        >
          Try a layer, a data set or a year, such as LSTM, MNIST or 1998.
        </EmptyState>
      )}
    </>
  );
}

const noTemplates: readonly TemplateInfo[] = [];

function Cards({ groups }: { readonly groups: ReturnType<typeof groupByTopic> }) {
  const place = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const cards = [...(place.current?.querySelectorAll<HTMLElement>(".nl-card") ?? [])];
    const index = cards.findIndex((card) => card === document.activeElement);
    const next = nextCard(cards, index, event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div ref={place} role="presentation" onKeyDown={onKeyDown}>
      {groups.map(({ topic, templates }) => (
        <section key={topic} aria-label={topic}>
          <h2 className="nl-gallery-topic">
            {topic}
            <span>{topicHints.get(topic) ?? ""}</span>
          </h2>
          <ul className="nl-gallery">
            {templates.map((template) => (
              <li key={template.id}>
                <button
                  type="button"
                  className="nl-card"
                  onClick={() => void openTemplate(template.id)}
                >
                  <TemplatePicture picture={template.picture} />
                  <span className="nl-card-text">
                    <b>{template.title}</b>
                    <small>{template.summary}</small>
                    <span className="nl-card-count">
                      {formatExact(template.paramCount)} weights
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const topicHints = new Map([
  ["First steps", "from the neuron to the first network"],
  ["Images", "convolution, pooling, skip connections"],
  ["Image networks", "AlexNet to EfficientNet, weight by weight"],
  ["Picture to picture", "masks, autoencoders, filters"],
  ["Sequences", "memory, gates, forecasts"],
  ["Series", "memory, windows, forecasts"],
  ["Tables", "measurements in, classes out"],
  ["Text", "words, sentences, attention"],
]);

/** The card that an arrow key leads to: sideways by order, up and down by what lies nearest. */
function nextCard(
  cards: readonly HTMLElement[],
  index: number,
  key: string,
): HTMLElement | undefined {
  const current = cards[index];
  if (current === undefined) return undefined;
  if (key === "ArrowRight") return cards[index + 1];
  if (key === "ArrowLeft") return cards[index - 1];
  if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
  const from = current.getBoundingClientRect();
  const direction = key === "ArrowDown" ? 1 : -1;
  const candidates = cards
    .map((card) => ({ card, box: card.getBoundingClientRect() }))
    .filter(({ box }) => (box.top - from.top) * direction > 4);
  candidates.sort(
    (left, right) =>
      Math.abs(left.box.top - from.top) - Math.abs(right.box.top - from.top) ||
      Math.abs(left.box.left - from.left) - Math.abs(right.box.left - from.left),
  );
  return candidates[0]?.card;
}
