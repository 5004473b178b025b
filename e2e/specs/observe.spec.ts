import { join } from "node:path";
import { expect, test } from "../app.ts";
import {
  layerOf,
  openTemplate,
  pickOption,
  setTraining,
  showView,
  waitForRun,
  trainButtonOf,
} from "../steps.ts";

/** Where pictures go, for looking at; none are taken without it. */
const pictures = process.env["NETLOOM_SCREENS"];

test("a run shows what its layers do, on the canvas, in the inspector and in its page", async ({
  app,
  appOptions,
}) => {
  const { page } = app;
  const picture = async (name: string) => {
    if (pictures === undefined) return;
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(pictures, `${name}-${appOptions.colorScheme}.png`) });
  };
  await openTemplate(page, "LeNet-5");
  await layerOf(page, "Conv2D").first().click();
  await page.getByRole("tab", { name: "Training" }).click();
  await expect(page.getByText(/Press Train to see what this layer gives/)).toBeVisible();

  await setTraining(page, { epochs: 3, batchSize: 64, learningRate: 0.002 });
  const train = trainButtonOf(page);
  await expect(train).toBeEnabled({ timeout: 60_000 });
  await train.click();
  // The first look comes after the first step; strips and the band of healthy steps follow.
  await expect(page.getByRole("img", { name: /^Activations over/ })).toBeVisible({
    timeout: 120_000,
  });
  await expect(page.getByRole("img", { name: /A step changes the weights by/ })).not.toHaveCount(0);
  await expect(layerOf(page, "Conv2D").first().locator(".nl-mini-histogram")).toBeVisible();
  await page.waitForTimeout(pictures === undefined ? 0 : 12_000);
  await picture("observe");
  await waitForRun(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("h");
  await pickOption(page, "What the colours show", "Measured time");
  await expect(
    page
      .getByRole("region", { name: "Cost heat map" })
      .getByText(/ms forward/)
      .first(),
  ).toBeVisible();
  await picture("times");

  await showView(page, "Runs");
  const inside = page.getByRole("region", { name: "Inside the network" });
  await expect(inside.getByRole("img", { name: /^Activations over/ })).toBeVisible();
  await expect(inside.getByRole("img", { name: /^map 1/ })).toBeVisible({ timeout: 30_000 });
  await expect(inside.getByRole("img", { name: /^filter 1/ })).toBeVisible();
  await expect(inside.getByRole("img", { name: /^saliency/ })).toBeVisible();
  const slider = inside.getByRole("slider");
  await expect(slider).toHaveAttribute("aria-valuetext", "epoch 3");
  await slider.press("Home");
  await expect(slider).toHaveAttribute("aria-valuetext", "epoch 1");
  await inside.scrollIntoViewIfNeeded();
  await picture("inside");
  await inside.getByText(/What the layer makes of it/).scrollIntoViewIfNeeded();
  await picture("look");
});

test("a learning rate that is far too high is diagnosed, and can be put right", async ({
  app,
  appOptions,
}) => {
  const { page } = app;
  await openTemplate(page, "LeNet-5");
  await setTraining(page, { epochs: 3, batchSize: 64, learningRate: 5 });
  const train = trainButtonOf(page);
  await expect(train).toBeEnabled({ timeout: 60_000 });
  await train.click();
  await page.getByRole("tab", { name: /^Run/ }).click();
  const diagnoses = page.getByRole("list", { name: "Diagnoses" });
  await expect(diagnoses.getByText(/learning rate 5 seems to be too high/)).toBeVisible({
    timeout: 200_000,
  });
  if (pictures !== undefined) {
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(pictures, `diagnosed-${appOptions.colorScheme}.png`) });
  }
  await diagnoses.getByText(/learning rate 5 seems to be too high/).click();
  await diagnoses.getByRole("button", { name: "Set the learning rate to 0.5" }).click();
  await diagnoses.getByRole("button", { name: "Dismiss" }).first().click();
  await waitForRun(page);
});
