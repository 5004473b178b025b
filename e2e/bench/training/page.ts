import type { Order } from "./contender.ts";
import { measureDeviceLimits } from "./deviceLimits.ts";
import { measureContender } from "./measureContender.ts";

/** The same in a page: what drives the browser calls `measure` with an order. */
Object.assign(globalThis, {
  measure: (order: Order | "limits") =>
    order === "limits" ? measureDeviceLimits() : measureContender(order, null),
});
