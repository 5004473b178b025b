import { expect, test } from "../app.ts";
import { openTemplate, setTraining, trainButtonOf, waitForRun } from "../steps.ts";

/** Makes the training worker's device one that takes 4 kB in one piece: 62 samples of 16 values. */
const smallDevice = `
for (const name of ["maxBufferSize", "maxStorageBufferBindingSize"])
  Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => 4000 });
`;

test("a run that does not fit the device is offered the batch that does", async ({ app }) => {
  const { page } = app;
  await page.context().route(/trainingWorker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: smallDevice + (await response.text()) });
  });
  await openTemplate(page, "Iris MLP");
  await setTraining(page, { epochs: 2, batchSize: 100, learningRate: 0.01 });
  await trainButtonOf(page).click();
  const panel = page.getByRole("tabpanel", { name: /^Run/ });
  await expect(panel).toContainText(
    /Failed hidden_1 gives 16 for each of 100 samples: 6\.4 kB, more than the 4\.0 kB .* Use a batch of at most 62\./,
    { timeout: 60_000 },
  );
  // Nothing was kept: there is nothing to continue.
  await expect(panel.getByRole("button", { name: /Continue|Resume/ })).toHaveCount(0);
  await panel.getByRole("button", { name: "Train with batches of 62" }).click();
  await waitForRun(page);
  await expect(panel).toContainText("Finished");
  await page.getByRole("button", { name: "Training settings" }).click();
  const settings = page.getByRole("dialog", { name: "Training settings" });
  await expect(settings.getByRole("textbox", { name: "Batch size", exact: true })).toHaveValue(
    "62",
  );
  await expect(settings).toContainText(/Training needs about .*: weights .*, workspace/);
});
