import { useEffect, useRef } from "react";
import type { FeaturePicture } from "#shared/training/pictures.ts";
import { formatNumber } from "../../ui/format.ts";

/** Small pictures side by side, each stretched over its own black and white. */
export function PictureGrid(props: {
  readonly title: string;
  readonly pictures: readonly FeaturePicture[];
}) {
  const { title, pictures } = props;
  if (pictures.length === 0) return null;
  return (
    <section aria-label={title}>
      <h4 className="nl-heading">{title}</h4>
      <ul className="nl-pictures">
        {pictures.map((picture) => (
          <li key={picture.name}>
            <Picture picture={picture} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Picture({ picture }: { readonly picture: FeaturePicture }) {
  const place = useRef<HTMLCanvasElement>(null);
  const { name, channels, low, high, pixels } = picture;
  // A column of single numbers, such as a sequence, lies down: time runs from left to right, as in its curve.
  const [width, height] =
    picture.width === 1 ? [picture.height, 1] : [picture.width, picture.height];
  useEffect(() => {
    const context = place.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    for (let index = 0; index < width * height; index++) {
      for (let part = 0; part < 3; part++) {
        image.data[index * 4 + part] = pixels[index * channels + (channels === 3 ? part : 0)] ?? 0;
      }
      image.data[index * 4 + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [width, height, channels, pixels]);
  const words = `${name}: ${picture.width} × ${picture.height}, black ${formatNumber(low)}, white ${formatNumber(high)}`;
  return (
    <canvas
      ref={place}
      className="nl-picture"
      data-line={height === 1 ? "" : undefined}
      width={width}
      height={height}
      role="img"
      aria-label={words}
      title={words}
    />
  );
}
