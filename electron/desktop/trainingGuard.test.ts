import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TrainingActivity } from "#shared/host/contract.ts";
import { createTrainingGuard, type CloseAnswer, type TrainingShell } from "./trainingGuard.ts";

const running: TrainingActivity = { phase: "running", title: "Digits", progress: 0.425 };
const idle: TrainingActivity = { phase: "idle", title: "", progress: 0 };

let calls: string[] = [];
let answer: (answer: CloseAnswer) => void = () => {};
const shell: TrainingShell = {
  keepAwake() {
    calls.push("awake");
    return () => calls.push("may sleep");
  },
  ask() {
    calls.push("ask");
    return new Promise((resolve) => {
      answer = resolve;
    });
  },
  hideWindow: () => calls.push("hide"),
  showProgress: (text) => calls.push(text),
  removeTray: () => calls.push("no tray"),
  setProgressBar: (fraction) => calls.push(`bar ${fraction}`),
  stopTraining: () => calls.push("stop"),
  close: () => calls.push("close"),
};
const take = () => calls.splice(0);

beforeEach(() => {
  calls = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("the machine stays awake while a run goes on, once", () => {
  const guard = createTrainingGuard(shell);
  guard.update(running);
  guard.update({ ...running, progress: 0.5 });
  guard.update({ ...running, phase: "paused" });
  guard.update(running);
  guard.update(idle);
  const wakes = take().filter((call) => !call.startsWith("bar"));
  expect(wakes).toEqual(["awake", "may sleep", "awake", "may sleep"]);
});

test("a page that crashes or reloads lets the machine sleep and the window close", () => {
  const guard = createTrainingGuard(shell);
  guard.update(running);
  guard.forget();
  expect(take()).toEqual(["awake", "bar 0.425", "may sleep", "bar null"]);
  expect(guard.mayClose()).toBe(true);
});

test("without a run the window closes, with one it asks, once", async () => {
  const guard = createTrainingGuard(shell);
  expect(guard.mayClose()).toBe(true);
  guard.update(running);
  take();
  expect([guard.mayClose(), guard.mayClose()]).toEqual([false, false]);
  expect(take()).toEqual(["ask"]);
  answer("cancel");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(take()).toEqual([]);
  expect(guard.mayClose()).toBe(false);
  expect(take()).toEqual(["ask"]);
});

test("in the background the tray tells the progress until the window is back", async () => {
  const guard = createTrainingGuard(shell);
  guard.update(running);
  guard.mayClose();
  take();
  answer("background");
  await vi.advanceTimersByTimeAsync(0);
  guard.update({ ...running, progress: 0.6 });
  guard.update(idle);
  guard.noteShown();
  guard.noteShown();
  expect(take().filter((call) => !call.startsWith("bar"))).toEqual([
    "hide",
    "Netloom · 42 % · Digits",
    "Netloom · 60 % · Digits",
    "may sleep",
    "Netloom · training has ended",
    "no tray",
  ]);
});

test("stop and save closes when the run is saved", async () => {
  const guard = createTrainingGuard(shell);
  guard.update(running);
  guard.mayClose();
  answer("stop");
  await vi.advanceTimersByTimeAsync(0);
  guard.update({ ...running, phase: "saving" });
  take();
  // Pressed again while it saves: no second question.
  expect(guard.mayClose()).toBe(false);
  expect(take()).toEqual([]);
  guard.update(idle);
  expect(take()).toEqual(["may sleep", "bar null", "close"]);
  expect(guard.mayClose()).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(take()).toEqual([]);
});

test("a run that doesn't stop no longer keeps the window after ten seconds", async () => {
  const guard = createTrainingGuard(shell);
  guard.update(running);
  guard.mayClose();
  answer("stop");
  await vi.advanceTimersByTimeAsync(9_900);
  expect(take()).not.toContain("close");
  await vi.advanceTimersByTimeAsync(200);
  expect(take()).toEqual(["close"]);
  expect(guard.mayClose()).toBe(true);
});
