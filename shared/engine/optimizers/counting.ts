/**
 * What optimizers count from update to update, in steps from one to the next: `OptimizerRule.numbers` where only the
 * device knows how many updates there were. In WGSL and in plain numbers, which say the same.
 */
import type { OptimizerConfig } from "../../training/config.ts";

export interface Counting {
  /** Names the WGSL. */
  readonly key: string;
  /** What is kept from one update to the next, before the first; at most 4. */
  readonly initial: readonly number[];
  /** Fixed numbers, by the names that the WGSL has for them. */
  readonly constants: Readonly<Record<string, number>>;
  readonly numberCount: number;
  /** Statements over `kept0` … and the constants that change what is kept and define `number0` …; all f32. */
  readonly wgsl: string;
  advance(kept: readonly number[]): {
    readonly kept: readonly number[];
    readonly numbers: readonly number[];
  };
}

export function createCounting(config: OptimizerConfig): Counting {
  switch (config.name) {
    case "adam":
    case "adamw": {
      const { beta1, beta2, epsilon } = config;
      // The powers themselves, as `createPowers` in rules.ts has them and for its reason.
      return {
        key: "powers",
        initial: [1, 1],
        constants: { beta1, beta2, epsilon },
        numberCount: 2,
        wgsl: `kept0 *= beta1;
          kept1 *= beta2;
          let root = sqrt(1.0 - kept1);
          let number0 = root / (1.0 - kept0);
          let number1 = epsilon * root;`,
        advance([first = 1, second = 1]) {
          const power1 = Math.fround(first * Math.fround(beta1));
          const power2 = Math.fround(second * Math.fround(beta2));
          const root = Math.sqrt(1 - power2);
          return { kept: [power1, power2], numbers: [root / (1 - power1), epsilon * root] };
        },
      };
    }
    case "adamax": {
      const { beta1 } = config;
      const rest = 1 - beta1;
      return {
        key: "adamax",
        initial: [1, 0],
        constants: { beta: beta1, rest },
        numberCount: 1,
        wgsl: `${complementWgsl("kept0", "kept1")}
          let number0 = 1.0 / complement;`,
        advance([power = 1, complement = 0]) {
          const next = advanceComplement({ power, complement }, { beta: beta1, rest });
          return { kept: [next.power, next.complement], numbers: [1 / next.best] };
        },
      };
    }
    case "nadam": {
      const { beta1, beta2 } = config;
      const rest = 1 - beta2;
      return {
        key: "nadam",
        // 0.96 to the power of updates, the product of the shares, and those of beta2.
        initial: [1, 1, 1, 0],
        constants: { beta1, beta: beta2, rest },
        numberCount: 3,
        wgsl: `kept0 *= 0.96;
          let share = beta1 * (1.0 - 0.5 * kept0);
          let next = beta1 * (1.0 - 0.5 * 0.96 * kept0);
          kept1 *= share;
          ${complementWgsl("kept2", "kept3")}
          let number0 = next / (1.0 - kept1 * next);
          let number1 = (1.0 - share) / (1.0 - kept1);
          let number2 = 1.0 / complement;`,
        advance([decay = 1, product = 1, power = 1, complement = 0]) {
          const nextDecay = decay * 0.96;
          const share = beta1 * (1 - 0.5 * nextDecay);
          const next = beta1 * (1 - 0.5 * 0.96 * nextDecay);
          const whole = product * share;
          const second = advanceComplement({ power, complement }, { beta: beta2, rest });
          return {
            kept: [nextDecay, whole, second.power, second.complement],
            numbers: [next / (1 - whole * next), (1 - share) / (1 - whole), 1 / second.best],
          };
        },
      };
    }
    case "sgd":
    case "momentum":
    case "adagrad":
    case "adadelta":
    case "rmsprop":
    case "lion":
      return nothing;
  }
}

/**
 * One minus a power: kept as such while the power is near one, since the difference would be all rounding; later it
 * comes of the power, since what is kept stands still near one.
 */
function complementWgsl(power: string, complement: string): string {
  return `${power} *= beta;
          ${complement} += (1.0 - ${complement}) * rest;
          let complement = select(1.0 - ${power}, ${complement}, ${power} > 0.5);`;
}

function advanceComplement(
  before: { readonly power: number; readonly complement: number },
  { beta, rest }: { readonly beta: number; readonly rest: number },
) {
  const power = before.power * beta;
  const complement = before.complement + (1 - before.complement) * rest;
  return { power, complement, best: power > 0.5 ? complement : 1 - power };
}

const nothing: Counting = {
  key: "nothing",
  initial: [],
  constants: {},
  numberCount: 0,
  wgsl: "",
  advance: () => ({ kept: [], numbers: [] }),
};
