import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { planMemory, type Tenancy } from "./planMemory.ts";

test("what is not needed at the same time shares memory", () => {
  // A chain: each is made of the one before.
  const chain = [0, 1, 2, 3].map((first) => ({ bytes: 100, first, last: first + 1 }));
  expect(planMemory(chain)).toEqual({ buffers: [100, 100], places: [0, 1, 0, 1] });
});

test("two tensors of one command never share, and each fits its buffer", () => {
  const random = createRandom("tenancies");
  for (let trial = 0; trial < 50; trial++) {
    const tenancies = Array.from({ length: 40 }, (): Tenancy => {
      const first = Math.floor(50 * random.next());
      const last = first + Math.floor(12 * random.next());
      return { bytes: 4 * (1 + Math.floor(200 * random.next())), first, last };
    });
    const { buffers, places } = planMemory(tenancies);
    for (const [index, one] of tenancies.entries()) {
      expect(buffers[places[index] ?? -1]).toBeGreaterThanOrEqual(one.bytes);
      for (const [other, two] of tenancies.entries()) {
        if (other === index || places[other] !== places[index]) continue;
        expect(one.last < two.first || two.last < one.first).toBe(true);
      }
    }
    const needed = Math.max(
      ...Array.from({ length: 62 }, (_, time) =>
        tenancies
          .filter(({ first, last }) => first <= time && time <= last)
          .reduce((sum, { bytes }) => sum + bytes, 0),
      ),
    );
    const taken = buffers.reduce((sum, bytes) => sum + bytes, 0);
    expect(taken).toBeGreaterThanOrEqual(needed);
    expect(taken).toBeLessThan(1.6 * needed);
  }
});
