import { classicImages } from "./classicImages.ts";
import { firstSteps } from "./firstSteps.ts";
import { inceptionImages } from "./inceptionImages.ts";
import { mobileImages } from "./mobileImages.ts";
import { pixels } from "./pixels.ts";
import { residualImages } from "./residualImages.ts";
import { seriesTemplates } from "./series.ts";
import type { Template } from "./template.ts";
import { texts } from "./texts.ts";
import { variational } from "./variational.ts";

/** Every template that is drawn by a program; the other folders in `templates/` were drawn by hand. */
export const templates: readonly Template[] = [
  ...firstSteps,
  ...classicImages,
  ...inceptionImages,
  ...residualImages,
  ...mobileImages,
  ...pixels,
  ...seriesTemplates,
  ...texts,
  ...variational,
];
