import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { templateInfoSchema } from "#shared/host/contract.ts";
import { makeHost } from "./host.testkit.ts";

const shipped = fileURLToPath(new URL("../../templates", import.meta.url));

describe("the templates", () => {
  it("are listed with their weights and pictures, and read whole", async () => {
    const { templates, send } = await makeHost();
    await cp(shipped, templates, { recursive: true });
    const { body } = await send("GET", "/templates");
    const infos = z.array(templateInfoSchema).parse(body);
    expect(infos.find((info) => info.id === "lenet-5")?.paramCount).toBe(61_706);
    for (const info of infos) {
      expect(info.picture.nodes.length).toBeGreaterThan(2);
      const read = await send("GET", `/templates/${info.id}`);
      expect(read.body).toMatchObject({
        info,
        project: expect.any(String),
        page: expect.any(String),
      });
    }
  });

  it("come in their own order, whatever the folder's", async () => {
    const { templates, send } = await makeHost();
    await cp(path.join(shipped, "mlp-iris"), path.join(templates, "b"), { recursive: true });
    await cp(path.join(shipped, "mlp-iris"), path.join(templates, "a"), { recursive: true });
    const card = { title: "Last", topic: "Tables", summary: "" };
    await writeFile(path.join(templates, "a", "template.json"), JSON.stringify(card));
    const { body } = await send("GET", "/templates");
    expect(
      z
        .array(templateInfoSchema)
        .parse(body)
        .map((info) => info.id),
    ).toEqual(["b", "a"]);
  });

  it("that are broken don't hide the others", async () => {
    const { templates, send } = await makeHost();
    await cp(path.join(shipped, "mlp-iris"), path.join(templates, "good"), { recursive: true });
    await cp(path.join(shipped, "mlp-iris"), path.join(templates, "broken"), { recursive: true });
    await writeFile(path.join(templates, "broken", "project.netloom"), "{ half");
    await mkdir(path.join(templates, "empty"));
    expect((await send("GET", "/templates")).body).toMatchObject([{ id: "good" }]);
    for (const id of ["broken", "empty", "..%2fgood", "unknown"]) {
      expect((await send("GET", `/templates/${id}`)).status).toBe(404);
    }
  });
});
