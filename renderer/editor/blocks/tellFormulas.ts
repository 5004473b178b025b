/** What became of the formulas that used a name which is gone: "its value stands in 2 formulas now". */
export function tellFormulas(count: number, what: "default" | "value"): string {
  return count === 1
    ? `its ${what} stands in the one layer that used it`
    : `its ${what} stands in the ${count} places that used it`;
}
