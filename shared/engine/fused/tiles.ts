/**
 * Two ways to compute a product of matrices whose entries are read by expressions: blocks in registers of one invocation
 * ("direct", no barriers: for adapters emulated on the processor) and tiles in shared memory ("tiled", for GPUs).
 */

/** The block of results that one invocation computes directly. */
export interface DirectBlock {
  readonly rows: number;
  readonly columns: number;
  /** Blocks side by side. */
  readonly across: number;
  /**
   * Four neighbours, whose blocks lie side by side, read the left matrix together: each a quarter of the rows, which it tells
   * the others. `across` is a multiple of four and `rows` is, too.
   */
  readonly isShared: boolean;
}

/**
 * On SwiftShader a load costs about 40 times a multiplication, because every lane loads by itself: so blocks are large,
 * though they don't fit its registers. Measured: 8 × 8 is 2.5 times as fast as 4 × 4.
 */
export function chooseBlock(
  rows: number,
  columns: number,
  { repeats, canShare }: { readonly repeats: number; readonly canShare: boolean },
): DirectBlock {
  if (canShare && columns >= 4 && rows >= 4) {
    const across = 4 * Math.ceil(columns / (4 * 8));
    const sharedColumns = Math.ceil(columns / across);
    const isFew = Math.ceil(rows / 8) * across * repeats < 64;
    return { rows: rows < 8 || isFew ? 4 : 8, columns: sharedColumns, across, isShared: true };
  }
  const across = Math.ceil(columns / 8);
  const wide = Math.ceil(columns / across);
  const few = Math.ceil(rows / 8) * across * repeats < 64;
  return { rows: Math.min(rows, few ? 4 : 8), columns: wide, across, isShared: false };
}

/** Invocations in a workgroup of a direct program: an emulated adapter runs a workgroup on one thread. */
export const directWorkgroup = 16;

/** `index` is the number of the invocation; `body` returns where it lies beyond the last. */
export function writeDirectMain(body: string): string {
  return `@compute @workgroup_size(${directWorkgroup}) fn main(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32) {
  let index = i32((group.y * groups.x + group.x) * ${directWorkgroup}u + local);
  let lane = i32(local % 4u);
${body}
}`;
}

/** Lines for every number below `count`. */
export function repeat(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

/**
 * Opens a loop from 0 on; none where it would turn once, because an emulated adapter copies all sums at every loop. Measured:
 * two such loops make the gradient of Dense's weights take eight times as long.
 */
export function beginLoop(name: string, count: number): string {
  return count === 1
    ? `{ let ${name} = 0;`
    : `for (var ${name} = 0; ${name} < ${count}; ${name}++) {`;
}

/** Declares the sums of a block: `sum<row>_<column>`. */
export function startBlock({ rows, columns }: DirectBlock): string {
  return repeat(rows, (r) => repeat(columns, (c) => `var sum${r}_${c} = 0.0;`));
}

/** How often an invocation reads the left matrix for each place of the inner axis, and for which row the `index`-th time. */
export function countReads({ rows, isShared }: DirectBlock): number {
  return isShared ? rows / 4 : rows;
}

export function readRow({ isShared }: DirectBlock, index: number): string {
  return isShared ? `row + ${4 * index} + lane` : `row + ${index}`;
}

/** Adds the products of what `left(index of the read)` and `right(column)` read to the sums. */
export function addBlock(
  block: DirectBlock,
  read: { readonly left: (index: number) => string; readonly right: (column: number) => string },
): string {
  const { rows, columns, isShared } = block;
  const own = (index: number) => `let own${index} = ${read.left(index)};`;
  const left = (r: number) =>
    isShared ? `quadBroadcast(own${Math.floor(r / 4)}, ${r % 4})` : `own${r}`;
  return [
    repeat(columns, (c) => `let right${c} = ${read.right(c)};`),
    repeat(countReads(block), own),
    repeat(
      rows,
      (r) =>
        `let left${r} = ${left(r)};\n${repeat(columns, (c) => `sum${r}_${c} += left${r} * right${c};`)}`,
    ),
  ].join("\n");
}

/** Writes the sums that lie inside by `store(row, column, value)`; WGSL has `row` and `column`, the first ones. */
export function storeBlock(
  { rows, columns, across }: DirectBlock,
  inside: { readonly rows: string; readonly columns: string },
  store: (row: string, column: string, value: string) => string,
): string {
  // Branches cost an emulated adapter a third of a wide Dense layer's weight gradient: none where blocks leave no rest.
  const within = (at: string, limit: string, isWhole: boolean, body: string) =>
    isWhole ? body : `if (${at} < ${limit}) {\n${body}\n}`;
  const isWholeRow = Number(inside.rows) % rows === 0;
  const isWholeColumn = Number(inside.columns) === across * columns;
  return repeat(rows, (r) => {
    const values = repeat(columns, (c) =>
      within(
        `column + ${c}`,
        inside.columns,
        isWholeColumn,
        store(`(row + ${r})`, `(column + ${c})`, `sum${r}_${c}`),
      ),
    );
    return within(`row + ${r}`, inside.rows, isWholeRow, values);
  });
}

/** The tile of results that one workgroup of 16 × 16 invocations computes. */
export interface SharedTile {
  /** Results of one invocation, so 16 times as many rows and columns a tile. */
  readonly rows: 1 | 2 | 4;
  readonly columns: 1 | 2 | 4;
}

/** Large tiles read less, small ones keep more of the device busy. */
export function chooseTile(rows: number, columns: number, repeats: number): SharedTile {
  const wide = columns > 32 ? 4 : columns > 16 ? 2 : 1;
  const tall = rows > 32 ? 4 : rows > 16 ? 2 : 1;
  const sizes = [4, 2, 1] as const;
  for (const size of sizes) {
    const tile = { rows: least(tall, size), columns: least(wide, size) } as const;
    if (countTiles(tile, rows, columns) * repeats >= 128) return tile;
  }
  return { rows: 1, columns: 1 };
}

function least(a: 1 | 2 | 4, b: 1 | 2 | 4): 1 | 2 | 4 {
  return a < b ? a : b;
}

export function countTiles(tile: SharedTile, rows: number, columns: number): number {
  return Math.ceil(rows / (16 * tile.rows)) * Math.ceil(columns / (16 * tile.columns));
}

export interface TiledProgram {
  readonly tile: SharedTile;
  /** WGSL, all i32. `part` is the number of the product, where there are several; it is known to all four. */
  readonly rows: string;
  readonly columns: string;
  readonly parts: string;
  /** First and past-the-last place along the inner axis. */
  readonly innerFrom: string;
  readonly innerTo: string;
  /** WGSL functions `readLeft(part, row, inner)` and `readRight(part, inner, column)`: f32, only asked for inside. */
  readonly functions: string;
  /** Whether neighbours along the inner axis lie side by side in memory. */
  readonly leftAlongInner: boolean;
  readonly rightAlongInner: boolean;
  readonly store: (row: string, column: string, value: string) => string;
  /** Also adds up what is read on the right over the inner axis; stores it once a column. */
  readonly storeColumnSum?: (column: string, value: string) => string;
}

const depth = 16;

/** A whole program: tiles are numbered along columns, then rows, then parts. */
export function writeTiledProgram(program: TiledProgram): string {
  const { tile, rows, columns, parts, innerFrom, innerTo, store, storeColumnSum } = program;
  const high = 16 * tile.rows;
  const wide = 16 * tile.columns;
  const fill = (name: string, size: number, count: number, along: boolean, read: string) =>
    repeat(
      count,
      (i) => `{
      let entry = ${i * 256} + local;
      let place = ${along ? `entry / ${depth}` : `entry % ${size}`};
      let deep = ${along ? `entry % ${depth}` : `entry / ${size}`};
      let inner = start + deep;
      var value = 0.0;
      ${read}
      ${name}[deep * ${size + 1} + place] = value;
    }`,
    );
  return `
var<workgroup> leftTile: array<f32, ${depth * (high + 1)}>;
var<workgroup> rightTile: array<f32, ${depth * (wide + 1)}>;
${program.functions}
@compute @workgroup_size(256) fn main(
    @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) invocation: u32) {
  let local = i32(invocation);
  let number = i32(group.y * groups.x + group.x);
  let across = (${columns} + ${wide - 1}) / ${wide};
  let down = (${rows} + ${high - 1}) / ${high};
  let part = number / (across * down);
  if (part >= ${parts}) { return; }
  let at = number - part * across * down;
  let firstRow = (at / across) * ${high};
  let firstColumn = (at % across) * ${wide};
  let x = local % 16;
  let y = local / 16;
${repeat(tile.rows, (r) => repeat(tile.columns, (c) => `var sum${r}_${c} = 0.0;`))}
${storeColumnSum ? repeat(tile.columns, (c) => `var total${c} = 0.0;`) : ""}
  for (var start = ${innerFrom}; start < ${innerTo}; start += ${depth}) {
${fill("leftTile", high, tile.rows, program.leftAlongInner, `if (inner < ${innerTo} && firstRow + place < ${rows}) { value = readLeft(part, firstRow + place, inner); }`)}
${fill("rightTile", wide, tile.columns, program.rightAlongInner, `if (inner < ${innerTo} && firstColumn + place < ${columns}) { value = readRight(part, inner, firstColumn + place); }`)}
    workgroupBarrier();
    for (var deep = 0; deep < ${depth}; deep++) {
${repeat(tile.columns, (c) => `let right${c} = rightTile[deep * ${wide + 1} + x + ${16 * c}];`)}
${storeColumnSum ? repeat(tile.columns, (c) => `total${c} += right${c};`) : ""}
${repeat(tile.rows, (r) => `let left${r} = leftTile[deep * ${high + 1} + y + ${16 * r}];\n${repeat(tile.columns, (c) => `sum${r}_${c} += left${r} * right${c};`)}`)}
    }
    workgroupBarrier();
  }
${repeat(
  tile.rows,
  (r) => `if (firstRow + y + ${16 * r} < ${rows}) {
${repeat(tile.columns, (c) => `if (firstColumn + x + ${16 * c} < ${columns}) { ${store(`(firstRow + y + ${16 * r})`, `(firstColumn + x + ${16 * c})`, `sum${r}_${c}`)} }`)}
}`,
)}
${
  storeColumnSum
    ? `if (firstRow == 0 && y == 0) {
${repeat(tile.columns, (c) => `if (firstColumn + x + ${16 * c} < ${columns}) { ${storeColumnSum(`(firstColumn + x + ${16 * c})`, `total${c}`)} }`)}
}`
    : ""
}
}`;
}
