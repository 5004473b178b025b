import { FolderOpen } from "lucide-react";
import { generatorCatalogue } from "#shared/datasets/generatorCatalogue.ts";
import { Button } from "../ui/Button.tsx";
import { bindGenerated, chooseData } from "./chooseData.ts";
import { GeneratedPicture } from "./GeneratedPicture.tsx";

/** A project without data: three ways to some. */
export function EmptyData() {
  return (
    <div className="nl-data-empty">
      <section className="nl-data-open" aria-labelledby="nl-data-open-title">
        <h2 id="nl-data-open-title">Train on your own data</h2>
        <p>
          A table as CSV, or images as IDX files (MNIST’s format, also packed as .gz). Netloom reads
          it where it lies; nothing leaves this machine.
        </p>
        <div className="nl-data-open-ways">
          <Button tone="primary" icon={FolderOpen} onClick={() => void chooseData()}>
            Choose a file or folder…
          </Button>
          <span>or drop files anywhere here</span>
        </div>
      </section>
      <GeneratedGallery title="Or begin with data made up on the spot" />
    </div>
  );
}

function GeneratedGallery({ title }: { readonly title: string }) {
  return (
    <section className="nl-data-gallery" aria-labelledby="nl-data-gallery-title">
      <h2 id="nl-data-gallery-title" className="nl-heading">
        {title}
      </h2>
      <ul>
        {generatorCatalogue.map((info) => (
          <li key={info.name}>
            <button type="button" className="nl-data-card" onClick={() => bindGenerated(info.name)}>
              <GeneratedPicture info={info} />
              <b>{info.title}</b>
              <span>{info.summary}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
