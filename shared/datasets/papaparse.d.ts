// The part of papaparse that is used here. Its published types pull in Node's, which `shared` must not see.
declare module "papaparse" {
  interface ParsedRows {
    readonly data: string[][];
    readonly errors: readonly {
      readonly code: string;
      readonly row: number;
      readonly index: number;
    }[];
    /** `cursor`: characters consumed by whole rows. */
    readonly meta: { readonly cursor: number };
  }
  class Parser {
    constructor(config: { delimiter: string; newline: string; quoteChar: string });
    parse(input: string, baseIndex: number, ignoreLastRow: boolean): ParsedRows;
  }
  const Papa: { readonly Parser: typeof Parser };
  export default Papa;
}
