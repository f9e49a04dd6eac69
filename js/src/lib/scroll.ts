/**
 * The arithmetic of a virtual table: which rows are seen at which scroll position.
 * Browsers stop at some tens of millions of pixels: beyond `MAX_HEIGHT` the scroll position is a fraction of the
 * table, not a number of pixels, so that 1M rows of 24 px can be reached to the last.
 */
export const ROW_HEIGHT = 24;
export const MAX_HEIGHT = 8e6;

export interface Geometry {
  /** Rows of the table. */
  rows: number;
  /** Height of the part that is seen, in pixels, with the header. */
  viewport: number;
}

/** Whole rows that fit under the header. */
export function fullRows({ viewport }: Geometry): number {
  return Math.max(1, Math.floor(viewport / ROW_HEIGHT) - 1);
}

/** Height of the scrolled content. */
export function contentHeight(g: Geometry): number {
  return Math.max(g.viewport, Math.min(MAX_HEIGHT, (g.rows + 1) * ROW_HEIGHT));
}

/** The last row that may stand on top. */
export function lastTop(g: Geometry): number {
  return Math.max(0, g.rows - fullRows(g));
}

export function firstRow(g: Geometry, scrollTop: number): number {
  const range = contentHeight(g) - g.viewport;
  if (range <= 0) return 0;
  if (scrollTop >= range - 1) return lastTop(g);
  const row = isMapped(g) ? (scrollTop / range) * lastTop(g) : scrollTop / ROW_HEIGHT;
  return Math.min(lastTop(g), Math.max(0, Math.round(row)));
}

/** Where to scroll so that a row stands on top: the inverse of `firstRow`. */
export function scrollTopOf(g: Geometry, row: number): number {
  const range = contentHeight(g) - g.viewport;
  const top = Math.min(lastTop(g), Math.max(0, row));
  if (range <= 0 || top === 0) return 0;
  if (top === lastTop(g)) return range;
  return isMapped(g) ? (top / lastTop(g)) * range : top * ROW_HEIGHT;
}

function isMapped(g: Geometry): boolean {
  return (g.rows + 1) * ROW_HEIGHT > MAX_HEIGHT;
}
