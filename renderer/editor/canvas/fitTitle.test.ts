import { expect, it } from "vitest";
import { fitTitle } from "./fitTitle.ts";

const plain = { badge: "", repeat: 1, isMuted: false, isFrozen: false, sharedWith: "" };

it.each([
  { title: "Dense", name: "hidden", badge: "1,280", isTight: false, hasRoomForName: true },
  {
    title: "BatchNormalization",
    name: "conv_bn",
    badge: "128",
    isTight: false,
    hasRoomForName: false,
  },
  { title: "BatchNormalization", name: "", badge: "128", isTight: false, hasRoomForName: true },
  {
    title: "LocalResponseNormalization",
    name: "norm1",
    badge: "",
    isTight: true,
    hasRoomForName: false,
  },
  {
    title: "Conv2D",
    name: "a_name_that_is_longer_than_any",
    badge: "320",
    isTight: false,
    hasRoomForName: true,
  },
])("divides the line of $title, named '$name'", ({ isTight, hasRoomForName, ...line }) => {
  expect(fitTitle({ ...plain, ...line })).toEqual({ isTight, hasRoomForName });
});

it("leaves the name no room that its signs take", () => {
  const line = { ...plain, title: "Embedding", name: "source_vectors", badge: "768" };
  expect(fitTitle(line).hasRoomForName).toBe(true);
  expect(fitTitle({ ...line, isMuted: true }).hasRoomForName).toBe(false);
  expect(fitTitle({ ...line, sharedWith: "vectors" }).hasRoomForName).toBe(false);
});
