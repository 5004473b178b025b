import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { canvasOf, fillField, layerOf, makeFolder, openTemplate, saveAs } from "../steps.ts";

const crumbs = (page: Page) => page.getByRole("navigation", { name: "Where you are" });
const inspector = (page: Page) => page.getByRole("complementary", { name: "Inspector" });
const weights = (page: Page) => page.getByRole("contentinfo");

/** Draws a rectangle with the mouse over layers, as a person selects several. */
async function selectAround(page: Page, first: string, last: string): Promise<void> {
  const from = await layerOf(page, first).boundingBox();
  const to = await layerOf(page, last).boundingBox();
  if (from === null || to === null) throw new Error("A layer is not on screen.");
  await page.mouse.move(from.x - 30, from.y - 8);
  await page.mouse.down();
  await page.mouse.move(to.x + to.width + 30, to.y + to.height + 8, { steps: 12 });
  await page.mouse.up();
}

async function makeBlock(page: Page, name: string): Promise<void> {
  await page.keyboard.press("Control+g");
  const dialog = page.getByRole("dialog", { name: "Make a block" });
  await dialog.getByRole("textbox", { name: "Name of the block" }).fill(name);
  await dialog.getByRole("button", { name: "Make block" }).click();
  await expect(layerOf(page, `Block ${name}`)).toBeVisible();
}

test("layers become a block that is repeated, given a parameter, changed inside and unpacked", async ({
  app,
}) => {
  const { page } = app;
  await openTemplate(page, "Lecture CNN");
  await expect(weights(page)).toContainText("93,322 weights");
  const before = await canvasOf(page).getByRole("group").count();

  await selectAround(page, "Conv2D, conv_3", "Conv2D, conv_3");
  await makeBlock(page, "stage");
  const block = layerOf(page, "Block stage");
  await expect(weights(page)).toContainText("93,322 weights");

  // Inside: what it is made of, and an option made a parameter.
  await block.dblclick();
  await expect(crumbs(page)).toContainText("stage");
  await layerOf(page, "Conv2D").click();
  await inspector(page).getByRole("button", { name: "Formula for filters" }).click();
  await page.getByRole("menuitem", { name: "Expose as a parameter of the block" }).click();
  await expect(inspector(page).getByRole("textbox", { name: "Filters" })).toHaveValue("filters");
  await crumbs(page).getByRole("button", { name: "Model" }).click();

  // Outside: the parameter is an option of the instance, and it can be repeated.
  await expect(inspector(page).getByRole("textbox", { name: "Filters" })).toBeVisible();
  await fillField(inspector(page), "Repeat", "3");
  await expect(block).toContainText("× 3");
  await expect(block).toHaveAccessibleName(/3 times/);

  await page.keyboard.press("Escape");
  await expect(block).toBeFocused();
  await page.keyboard.press("Control+Shift+g");
  await expect(layerOf(page, "Block stage")).toHaveCount(0);
  await expect(canvasOf(page).getByRole("group")).toHaveCount(before + 2);

  for (let step = 0; step < 4; step++) await page.keyboard.press("Control+z");
  await expect(canvasOf(page).getByRole("group")).toHaveCount(before);
  await expect(crumbs(page)).toHaveCount(0);
  await expect(weights(page)).toContainText("93,322 weights");
});

test("what is changed inside a block changes in all its uses, and survives saving", async ({
  app,
}) => {
  const { page } = app;
  const folder = makeFolder(app, "networks");
  await openTemplate(page, "Iris MLP");
  const total = await weights(page).textContent();
  await layerOf(page, "Dense").first().click();
  await makeBlock(page, "hidden part");
  await page.keyboard.press("Control+d");
  await expect(layerOf(page, "Block hidden part")).toHaveCount(2);

  await layerOf(page, "Block hidden part").first().dblclick();
  await layerOf(page, "Dense").click();
  await fillField(inspector(page), "Units", "5");
  await page.keyboard.press("Escape");
  await expect(layerOf(page, "Dense")).toBeFocused();
  await page.keyboard.press("Control+ArrowUp");
  await expect(crumbs(page)).toHaveCount(0);
  expect(await weights(page).textContent()).not.toBe(total);
  for (const use of await layerOf(page, "Block hidden part").all()) {
    await expect(use).toHaveAccessibleName(/out features 5|output shape unknown/);
  }

  await saveAs(page, folder, "parts.netloom");
  const reopened = await app.restart();
  await reopened
    .getByRole("button", { name: /^parts/ })
    .first()
    .click();
  await expect(layerOf(reopened, "Block hidden part")).toHaveCount(2);
  await layerOf(reopened, "Block hidden part").first().dblclick();
  await expect(crumbs(reopened)).toBeVisible();
  await expect(layerOf(reopened, "Dense")).toHaveAccessibleName(/out features 5/);
});

test("layers are muted, used again with the same weights, frozen and framed", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Lecture CNN");
  await layerOf(page, "Conv2D, conv_3").click();
  await page.keyboard.press("m");
  await expect(layerOf(page, "Conv2D, conv_3")).toHaveAccessibleName(/muted/);
  await expect(weights(page)).not.toContainText("93,322 weights");
  await page.keyboard.press("m");
  await expect(weights(page)).toContainText("93,322 weights");

  await layerOf(page, "Conv2D, conv_3").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Make another use of this layer" }).click();
  const again = layerOf(page, "Conv2D, .*shared with conv_3");
  await expect(again).toBeVisible();
  await expect(weights(page)).toContainText("93,322 weights");
  await again.click();
  await inspector(page).getByRole("button", { name: "Give it weights of its own" }).click();
  await expect(again).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");

  await layerOf(page, "Conv2D, conv_3").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Freeze or unfreeze" }).click();
  await expect(layerOf(page, "Conv2D, conv_3")).toHaveAccessibleName(/frozen/);

  await layerOf(page, "Conv2D, conv_3").click();
  await page.keyboard.press("Control+Shift+f");
  await page.keyboard.type("the last convolution");
  await page.keyboard.press("Enter");
  const frame = canvasOf(page).getByRole("group", { name: "Frame: the last convolution" });
  await expect(frame).toBeVisible();
  const before = await layerOf(page, "Conv2D, conv_3").boundingBox();
  const title = frame.getByText("the last convolution");
  const grip = await title.boundingBox();
  if (grip === null || before === null) throw new Error("The frame is not on screen.");
  await page.mouse.move(grip.x + 12, grip.y + 10);
  await page.mouse.down();
  await page.mouse.move(grip.x + 112, grip.y + 10, { steps: 8 });
  await page.mouse.up();
  expect((await layerOf(page, "Conv2D, conv_3").boundingBox())?.x).toBeGreaterThan(before.x + 60);
  await title.click();
  await page.keyboard.press("Delete");
  await expect(frame).toHaveCount(0);
  await expect(layerOf(page, "Conv2D, conv_3")).toBeVisible();
});

test("blocks are made, entered and left by the keyboard alone, and read well", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await page.keyboard.press("g");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+g");
  await expect(page.getByRole("dialog", { name: "Make a block" })).toBeVisible();
  await page.keyboard.type("part");
  await page.keyboard.press("Enter");
  await expect(layerOf(page, "Block part")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(crumbs(page)).toContainText("block part");
  await inspector(page).getByRole("button", { name: "Add a parameter" }).click();
  await inspector(page).getByText("parameter_1").click();
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await page.keyboard.press("Control+ArrowUp");
  await expect(crumbs(page)).toHaveCount(0);
  await expect(layerOf(page, "Block part")).toBeVisible();
});

test("formulas follow their variables, and the library keeps what it has", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await inspector(page).getByRole("button", { name: "Add a variable" }).click();
  await fillField(inspector(page), "Name of the variable imageSize", "hidden");
  await fillField(inspector(page), "Value of hidden", "6");
  const dense = layerOf(page, "Dense, hidden_1");
  await dense.click();
  await inspector(page).getByRole("button", { name: "Formula for units" }).click();
  await page.getByRole("menuitem", { name: "Compute by a formula" }).click();
  await fillField(inspector(page), "Units", "hidden * 2");
  await expect(dense).toHaveAccessibleName(/out features 12/);

  await canvasOf(page).click({ position: { x: 20, y: 20 } });
  await fillField(inspector(page), "Name of the variable hidden", "width");
  await expect(dense).toHaveAccessibleName(/out features 12/);
  await fillField(inspector(page), "Value of width", "5");
  await expect(dense).toHaveAccessibleName(/out features 10/);
  await inspector(page).getByRole("button", { name: "Remove width" }).click();
  await expect(dense).toHaveAccessibleName(/out features 10; .*no problems/);

  await dense.click();
  await makeBlock(page, "part");
  await page.keyboard.press("Enter");
  await expect(crumbs(page)).toContainText("part");
  await inspector(page).getByRole("button", { name: "Save to library" }).click();
  const library = page.getByRole("region", { name: "Block library" });
  const kept = library.getByRole("button", { name: "part", exact: true });
  await expect(kept).toHaveCount(1);
  await inspector(page).getByRole("button", { name: "Add a parameter" }).click();
  await inspector(page).getByRole("button", { name: "Save to library" }).click();
  const question = page.getByRole("dialog", { name: "Replace part in the library?" });
  await question.getByRole("button", { name: "Keep both" }).click();
  await expect(kept).toHaveCount(2);
});
