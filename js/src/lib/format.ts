import type { Cell } from '../protocol';

/** How a missing value is written; an empty string stays empty. */
export const MISSING = '∅';

/** Writes a count in four characters or so, as `display.human` does in Python: 1,204 · 12k · 1.25M. */
export function human(count: number): string {
  if (count >= 1_000_000) return `${(count / 1e6).toFixed(2)}M`;
  return count >= 10_000 ? `${Math.round(count / 1000)}k` : count.toLocaleString('en');
}

export function counted(count: number, noun: string): string {
  return `${human(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Writes a cell as plain text. */
export function plainCell(cell: Cell): string {
  if (cell === null) return MISSING;
  return typeof cell === 'string' ? cell : `${cell.text}…`;
}

/** Says in one sentence whether a rewrite is verified and on what evidence, as `payload.verdict` does. */
export function verdict(verification: { verified: boolean; changed: number }): string {
  if (!verification.verified) return 'Not verified';
  const noun = verification.changed === 1 ? 'changed input' : 'changed inputs';
  return `Verified: equal on the real inputs and on ${verification.changed} ${noun}`;
}

export function lineRange([first, last]: readonly [number, number]): string {
  return first === last ? `line ${first}` : `lines ${first}–${last}`;
}

/** Shortens a text until it fits; `width` measures one in pixels. */
export function ellipsis(text: string, room: number, width: (text: string) => number): string {
  if (width(text) <= room) return text;
  const points = Array.from(text); // by code points: a surrogate pair is never cut in two
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (width(points.slice(0, middle).join('') + '…') <= room) low = middle;
    else high = middle - 1;
  }
  return points.slice(0, low).join('').trimEnd() + '…';
}
