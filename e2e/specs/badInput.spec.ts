import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { goToFolder, layerOf, openTemplate, saveAs, showView } from "../steps.ts";

/** An IDX file of unsigned bytes: magic, sizes, values. */
function idx(sizes: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt8(8, 2);
  header.writeUInt8(sizes.length, 3);
  sizes.forEach((size, index) => header.writeUInt32BE(size, 4 + 4 * index));
  return Buffer.concat([header, values]);
}

const images = idx([20, 8, 8], new Uint8Array(20 * 64).fill(7));
const labels = idx(
  [20],
  Uint8Array.from({ length: 20 }, (_, index) => index % 2),
);

interface BadData {
  readonly what: string;
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly choose: string | null;
  /** Place and remedy, as the message must name them. */
  readonly says: readonly RegExp[];
}

const badData: readonly BadData[] = [
  {
    what: "a truncated IDX file",
    files: {
      "train-images-idx3-ubyte": images.subarray(0, images.length - 100),
      "train-labels-idx1-ubyte": labels,
    },
    choose: null,
    says: [/train-images-idx3-ubyte/, /download|copy|again|complete/i],
  },
  {
    what: "a truncated gzip file",
    files: {
      "train-images-idx3-ubyte.gz": gzipSync(images).subarray(0, 40),
      "train-labels-idx1-ubyte.gz": gzipSync(labels),
    },
    choose: null,
    says: [/train-images-idx3-ubyte\.gz/, /download|copy|again|complete/i],
  },
  {
    what: "a CSV with ragged rows",
    files: { "ragged.csv": "a,b,c\n1,2,x\n3,4,y\n5,6\n7,8,x\n" },
    choose: "ragged.csv",
    says: [/line 4/, /ragged\.csv/],
  },
  {
    what: "an empty CSV",
    files: { "empty.csv": "" },
    choose: "empty.csv",
    says: [/empty\.csv/],
  },
];

for (const { what, files, choose, says } of badData) {
  test(`${what} is refused with place and remedy, and nothing is lost`, async ({ app }) => {
    const { page } = app;
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(app.files, name), content);
    await openTemplate(page, "Iris MLP");
    await showView(page, "Data");
    const before = await page.getByText("What the network receives").locator("..").innerText();
    await page.getByRole("button", { name: /^Replace/ }).click();
    await page.getByRole("menuitem", { name: /file or folder/i }).click();
    await goToFolder(page, app.files);
    if (choose === null) await page.getByRole("button", { name: "Use this folder" }).click();
    else await page.getByRole("option", { name: new RegExp(choose) }).dblclick();
    const alert = page.getByRole("alert").or(page.getByRole("alertdialog")).first();
    for (const part of says) await expect(alert).toContainText(part);
    // The data that was bound before is still bound.
    await dismiss(page);
    expect(await page.getByText("What the network receives").locator("..").innerText()).toBe(
      before,
    );
  });
}

test("text in a numeric column is named by line and column", async ({ app }) => {
  const { page } = app;
  const rows = Array.from(
    { length: 30 },
    (_, index) => `${index},${index * 2},${index % 2 ? "yes" : "no"}`,
  );
  rows[17] = "17,oops,no";
  writeFileSync(join(app.files, "numbers.csv"), `width,height,label\n${rows.join("\n")}\n`);
  await openTemplate(page, "Iris MLP");
  await showView(page, "Data");
  await page.getByRole("button", { name: /^Replace/ }).click();
  await page.getByRole("menuitem", { name: /file or folder/i }).click();
  await goToFolder(page, app.files);
  await page.getByRole("option", { name: /numbers\.csv/ }).dblclick();
  const notice = page.getByText(/oops/).first();
  await expect(notice).toBeVisible();
  await expect(page.getByText(/height/).first()).toBeVisible();
});

test("a broken project is refused and the open one stays", async ({ app }) => {
  const { page } = app;
  writeFileSync(
    join(app.files, "broken.netloom"),
    '{\n  "format": "netloom",\n  "version": 1,\n  oops\n}',
  );
  writeFileSync(join(app.files, "newer.netloom"), '{ "format": "netloom", "version": 99 }');
  await openTemplate(page, "Iris MLP");
  for (const [file, says] of [
    ["broken.netloom", /line 4/],
    ["newer.netloom", /newer/i],
  ] as const) {
    await page.keyboard.press("Control+o");
    await goToFolder(page, app.files);
    await page.getByRole("option", { name: new RegExp(file) }).dblclick();
    await expect(page.getByText(says).first()).toBeVisible();
    await dismiss(page);
    await expect(layerOf(page, "Dense").first()).toBeVisible();
  }
  expect(readFileSync(join(app.files, "newer.netloom"), "utf8")).toContain('"version": 99');
});

test("a project whose file changed on disk is not overwritten", async ({ app }) => {
  const { page } = app;
  await openTemplate(page, "Iris MLP");
  await saveAs(page, app.files, "mine");
  const file = join(app.files, "mine.netloom");
  const theirs = readFileSync(file, "utf8").replace('"name": "', '"name": "theirs ');
  writeFileSync(file, theirs);
  await layerOf(page, "Dense").first().click();
  await page.keyboard.press("Control+d");
  await expect(page.getByText(/changed on disk|has changed/i).first()).toBeVisible({
    timeout: 30_000,
  });
  expect(readFileSync(file, "utf8")).toBe(theirs);
});

/** Closes whatever message is in the way. */
async function dismiss(page: Page): Promise<void> {
  for (let presses = 0; presses < 3; presses++) {
    if ((await page.getByRole("dialog").or(page.getByRole("alertdialog")).count()) === 0) return;
    await page.keyboard.press("Escape");
    await page.waitForTimeout(200);
  }
}
