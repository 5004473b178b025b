import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { type App, expect, test } from "../app.ts";
import { pickOption, showView, startEmptyGraph } from "../steps.ts";

/** Seconds of rows with a stray word far down and question marks among the categories. */
const flawedTable = [
  "width,colour,kind",
  ...Array.from({ length: 200 }, (_, row) => {
    const width = row === 150 ? "wide" : String((row % 2 === 0 ? 10 : 40) + (row % 7));
    const colour = row % 20 === 0 ? "?" : row % 3 === 0 ? "red" : "green";
    return `${width},${colour},${row % 2 === 0 ? "narrow" : "broad"}`;
  }),
].join("\n");

async function startWithData(app: App): Promise<Page> {
  await startEmptyGraph(app.page);
  await showView(app.page, "Data");
  return app.page;
}

/** Chooses a file by typing its path into the dialog that is open. */
async function choosePath(page: Page, path: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Path" }).fill(path);
  await dialog.getByRole("button", { name: "Go" }).click();
  await expect(dialog).toBeHidden();
}

function writeFile(app: App, name: string, content: string | Uint8Array): string {
  const path = join(app.files, name);
  writeFileSync(path, content);
  return path;
}

const receives = (page: Page) => page.getByRole("region", { name: "What the network receives" });

test("a table is chosen, mended, changed and taken back", async ({ app }) => {
  const page = await startWithData(app);
  await page.getByRole("button", { name: /Choose a file or folder/ }).click();
  await choosePath(page, writeFile(app, "flawed.csv", flawedTable));

  await test.step("the doctor names the place of a stray word and mends it", async () => {
    const doctor = page.getByRole("region", { name: /Data doctor/ });
    await expect(doctor).toContainText('line 152, column "width": "wide" is not a number');
    await expect(page.getByRole("cell", { name: "wide" })).toBeVisible();
    await doctor.getByRole("button", { name: "Count “wide” as missing" }).click();
    await expect(receives(page)).toContainText("features 4");
    await doctor.getByRole("button", { name: "Treat as missing" }).click();
    await expect(receives(page)).toContainText("features 3");
  });

  await test.step("roles change by keyboard, and everything can be undone", async () => {
    await page.getByRole("button", { name: /^colour: feature/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Ignore" }).press("Enter");
    await expect(receives(page)).toContainText("features 1");
    await page.keyboard.press("Control+z");
    await expect(receives(page)).toContainText("features 3");
  });

  await test.step("scaling and split act at once", async () => {
    await pickOption(page, "Scaling", "0 to 1");
    await expect(receives(page)).toContainText("0 … 1, scaled to 0–1");
    const split = page.getByRole("slider", { name: /Training share/ });
    await split.focus();
    for (let step = 0; step < 10; step++) await page.keyboard.press("ArrowLeft");
    await expect(split).toHaveAttribute("aria-valuetext", /70 % training.*140 and 60 samples/);
  });
});

test("what cannot be read leaves the project as it was", async ({ app }) => {
  const page = await startWithData(app);
  await page.getByRole("button", { name: /^Two moons/ }).click();
  await expect(receives(page)).toContainText("features 2");
  const truncated = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3]);
  const bad: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["ragged.csv", "a,b\n1,2\n3\n4,5\n", /ragged.csv, line 3: 1 cells where the first row has 2/],
    ["open.csv", 'a,b\n1,2\n"3,4\n5,6\n', /open.csv, line 3: a quoted cell is not closed/],
    ["short-images-idx3-ubyte", truncated, /says 3 × 2 × 2 values, but ends after 0 of 3/],
    ["picture.png", new Uint8Array([137, 80, 78, 71, 0, 0, 0]), /picture.png.*(not UTF-8|no text)/],
  ];
  for (const [name, content, words] of bad) {
    await page.getByRole("button", { name: "Replace…" }).click();
    await page.getByRole("menuitem", { name: /Choose a file or folder/ }).click();
    await choosePath(page, writeFile(app, name, content));
    await expect(page.getByRole("alert")).toContainText(words);
    await expect(page.getByRole("heading", { level: 2, name: "Two moons" })).toBeVisible();
    await page.getByRole("button", { name: "Dismiss" }).click();
  }
});

test("files are dropped onto the view", async ({ app }) => {
  const page = await startWithData(app);
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "dropped.csv"));
    return data;
  }, flawedTable);
  await page
    .getByRole("heading", { name: "Train on your own data" })
    .dispatchEvent("drop", { dataTransfer: transfer });
  await expect(page.getByRole("heading", { level: 2, name: "dropped.csv" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: /width/ })).toBeVisible();
});
