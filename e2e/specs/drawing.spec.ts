import { expect, test } from "../app.ts";
import { canvasOf, dragLayer, layerOf, openTemplate, startEmptyGraph, wire } from "../steps.ts";

test("a mistake shows at the node and one click repairs it", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Lecture CNN");
  await layerOf(page, "Flatten").click();
  await page.keyboard.press("Delete");
  await wire(page, "Conv2D, conv_3", "Dense, hidden");
  await expect(page.getByRole("contentinfo")).toContainText("1 problem");
  await page
    .getByRole("tabpanel", { name: /^Problems/ })
    .getByRole("button", { name: "Insert Flatten", exact: true })
    .click();
  await expect(page.getByRole("contentinfo")).toContainText("No problems");
  await expect(page.getByRole("contentinfo")).toContainText("93,322 weights");
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("contentinfo")).toContainText("1 problem");
});

test("a layer dropped on a wire is inserted, and a drag is one step back", async ({ app }) => {
  const { page } = app;
  await startEmptyGraph(page);
  await dragLayer(page, "Input", 300, 60);
  await dragLayer(page, "Dense", 300, 360);
  await wire(page, "Input", "Dense");
  await dragLayer(page, "Dropout", 300, 216);
  await expect(page.locator(".react-flow__edge")).toHaveCount(2);
  const dropout = layerOf(page, "Dropout");
  const before = await dropout.boundingBox();
  if (before === null) throw new Error("Dropout is not on the canvas.");
  await page.mouse.move(before.x + 60, before.y + 20);
  await page.mouse.down();
  await page.mouse.move(before.x + 260, before.y + 60, { steps: 8 });
  await page.mouse.up();
  expect((await dropout.boundingBox())?.x).toBeGreaterThan(before.x + 100);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await dropout.boundingBox())?.x).toBeCloseTo(before.x, -1);
  await expect(page.locator(".react-flow__edge")).toHaveCount(2);
});

test("a wire let go over empty canvas offers the layers that fit", async ({ app }) => {
  const { page } = app;
  await startEmptyGraph(page);
  await dragLayer(page, "Input", 300, 60);
  const port = layerOf(page, "Input").locator(".react-flow__handle.source");
  await port.dragTo(canvasOf(page), { targetPosition: { x: 340, y: 300 } });
  const search = page.getByRole("combobox").first();
  await expect(search).toBeFocused();
  await page.keyboard.type("Dense");
  await page.keyboard.press("Enter");
  await expect(layerOf(page, "Dense")).toBeVisible();
  await expect(page.locator(".react-flow__edge")).toHaveCount(1);
});

test("copy, paste, tidy up and the summary table", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await canvasOf(page).click({ position: { x: 40, y: 200 } });
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  const count = await canvasOf(page).getByRole("group").count();
  expect(count % 2).toBe(0);
  await page.keyboard.press("Control+z");
  await expect(canvasOf(page).getByRole("group")).toHaveCount(count / 2);
  await page.getByRole("button", { name: "Tidy up" }).click();
  await page.getByRole("tab", { name: "Summary" }).click();
  await expect(page.getByRole("table")).toContainText("243");
});

test("a draft survives a crash", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await layerOf(page, "Dense").first().click();
  await page.keyboard.press("Control+d");
  const count = await canvasOf(page).getByRole("group").count();
  await expect(page.getByRole("banner")).toContainText(/Draft kept/);
  const again = await app.restart();
  await again
    .getByRole("button", { name: /Iris MLP/ })
    .first()
    .click();
  await expect(canvasOf(again).getByRole("group")).toHaveCount(count);
});
