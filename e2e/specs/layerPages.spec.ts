import { expect, test } from "../app.ts";
import { canvasOf, layerOf, openTemplate } from "../steps.ts";

test("? opens the page of a layer with the figures of the graph, and leads to all others", async ({
  app,
}) => {
  const { page } = app;
  await openTemplate(page, "Lecture CNN");
  await layerOf(page, "Conv2D, conv_2").click();
  await page.keyboard.press("?");
  const reference = page.getByRole("dialog", { name: "Layers" });
  const article = reference.getByRole("article", { name: "Conv2D" });
  await expect(article).toContainText("as in your graph");
  await expect(article.getByRole("figure")).toHaveAccessibleName(
    /height 13 × width 13 × channels 32 becomes height 11 × width 11 × channels 64/,
  );
  // 3 · 3 · 32 · 64 + 64
  await expect(article).toContainText("18,496");
  await expect(article.getByRole("link", { name: /Keras/ })).toHaveAttribute("href", /keras\.io/);

  await reference.getByRole("searchbox", { name: "Find a layer" }).fill("gru");
  await reference.getByRole("button", { name: "GRU", exact: true }).click();
  await expect(reference.getByRole("article", { name: "GRU" })).toContainText("an example");
  await page.keyboard.press("Escape");
  await expect(reference).toBeHidden();
});

test("the heat map shows which layers cost most, by the measure chosen", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "LeNet-5");
  await canvasOf(page).click({ position: { x: 20, y: 200 } });
  await page.keyboard.press("h");
  const legend = page.getByRole("region", { name: "Cost heat map" });
  // The first Dense has 400 · 120 + 120 of the 61,706 weights; its input is 5 × 5 × 16.
  await expect(legend.getByRole("button", { name: /48,120 weights/ })).toContainText("78 %");
  await expect(page.locator(".ed-heat")).toHaveCount(5);
  await legend.getByRole("combobox").click();
  await page.getByRole("option", { name: "Multiply-adds" }).click();
  // 10 · 10 · 16 · 25 · 6 of the second convolution are the most.
  await expect(legend.getByRole("listitem").first()).toContainText("240 K multiply-adds");
  await legend.getByRole("combobox").click();
  await page.getByRole("option", { name: "Training memory" }).click();
  await expect(legend.getByRole("listitem").first()).toContainText("in training");
  await page.keyboard.press("Escape");
  await legend.getByRole("button", { name: "Hide the cost heat map" }).click();
  await expect(page.locator(".ed-heat")).toHaveCount(0);
});
