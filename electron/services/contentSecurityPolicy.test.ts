import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("is not broken by schemas that page code makes with zod's own, evaluating settings", () => {
  const offenders = ["renderer", "shared"].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map(String)
      .filter((file) => /\.tsx?$/.test(file) && !/\.(test|testkit)\.tsx?$/.test(file))
      .map((file) => path.join(folder, file))
      .filter((file) =>
        /^import (?!type ).*"zod"/m.test(readFileSync(path.join(root, file), "utf8")),
      ),
  );
  expect(offenders).toEqual([path.join("shared", "base", "schema.ts")]);
});
