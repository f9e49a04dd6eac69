import type { Edge, Operator } from '../protocol';
import { inputsOf, outputsOf } from './edges';
import type { PlanIndex } from './plan';

/** How a column is used: its values, to learn from, or only to decide which rows there are. */
export type Use = 'values' | 'fits' | 'controls';

/** What a column trace touches in one operator: positions of its columns, by the strongest use. */
export type ColumnHit = Record<Use, Set<number>>;

/** A column's way through the plan, by operator. */
export interface ColumnTrace {
  operator: string;
  column: number;
  hits: Map<string, ColumnHit>;
}

export const COLUMN_ROLE = { values: 'value', fits: 'fit', controls: 'control' } as const;
export type ColumnRole = (typeof COLUMN_ROLE)[Use];

const BY_STRENGTH: readonly Use[] = ['values', 'fits', 'controls'];
const weaker = (a: Use, b: Use) => (BY_STRENGTH.indexOf(a) > BY_STRENGTH.indexOf(b) ? a : b);

/**
 * Follows a column both ways: to the columns that made it (through values, through what was learned, and through what
 * decided on the rows on that way), and to the columns made from it. Where it is used as a key or predicate further
 * down, or to learn from, that operator is touched so, and the way ends there: everything below would depend on it.
 */
export function traceColumn(index: PlanIndex, operator: string, column: number): ColumnTrace {
  const hits = new Map<string, ColumnHit>();
  backward(index, hits, operator, column, 'values');
  forward(index, hits, operator, column, new Set());
  return { operator, column, hits };
}

function hitOf(hits: Map<string, ColumnHit>, operator: string): ColumnHit {
  const hit = hits.get(operator) ?? { values: new Set(), fits: new Set(), controls: new Set() };
  hits.set(operator, hit);
  return hit;
}

/** Adds a column to the trace; false when it was there already, at least as strongly. */
function touch(hits: Map<string, ColumnHit>, operator: string, column: number, use: Use): boolean {
  const hit = hitOf(hits, operator);
  for (const stronger of BY_STRENGTH) {
    if (hit[stronger].has(column)) return false;
    if (stronger === use) break;
  }
  for (const any of BY_STRENGTH) hit[any].delete(column);
  hit[use].add(column);
  return true;
}

function backward(
  index: PlanIndex,
  hits: Map<string, ColumnHit>,
  id: string,
  column: number,
  use: Use,
): void {
  if (!touch(hits, id, column, use)) return;
  const operator = index.operator(id);
  const follow = (edges: readonly Edge[], by: Use) => {
    for (const edge of edges) {
      const input = operator.inputs[edge[1]];
      const [first, end] = inputsOf(edge, column) ?? [0, 0];
      if (input !== undefined)
        for (let i = first; i < end; i++) backward(index, hits, input, i, weaker(by, use));
    }
  };
  follow(operator.values, 'values');
  follow(operator.fits, 'fits');
  follow(operator.own_controls, 'controls');
  for (const [slot, before] of operator.controls) {
    const input = operator.inputs[slot];
    if (input !== undefined) backward(index, hits, input, before, 'controls');
  }
}

function forward(
  index: PlanIndex,
  hits: Map<string, ColumnHit>,
  id: string,
  column: number,
  seen: Set<string>,
): void {
  const key = `${id}\0${column}`;
  if (seen.has(key)) return;
  seen.add(key);
  touch(hits, id, column, 'values');
  for (const reader of index.readers(id)) {
    const operator = index.operator(reader);
    const reached = (edges: readonly Edge[], then: (output: number) => void) => {
      for (const edge of edges) {
        if (operator.inputs[edge[1]] !== id) continue;
        const [first, end] = outputsOf(edge, column) ?? [0, 0];
        for (let i = first; i < end; i++) then(i);
      }
    };
    reached(operator.values, (output) => forward(index, hits, reader, output, seen));
    reached(operator.fits, (output) => touch(hits, reader, output, 'fits'));
    reached(operator.own_controls, (output) => touch(hits, reader, output, 'controls'));
    if (operator.controls.some(([slot, before]) => operator.inputs[slot] === id && before === column))
      hitOf(hits, reader);
  }
}

/** How the trace reaches an operator: by values, only by what was learned, only as control, or not at all. */
export function columnRole(trace: ColumnTrace, operator: string): ColumnRole | null {
  const hit = trace.hits.get(operator);
  if (!hit) return null;
  return COLUMN_ROLE[BY_STRENGTH.find((use) => hit[use].size > 0) ?? 'controls'];
}

/** How the trace reaches one column. */
export function cellRole(hit: ColumnHit | undefined, column: number): ColumnRole | null {
  const use = BY_STRENGTH.find((u) => hit?.[u].has(column));
  return use ? COLUMN_ROLE[use] : null;
}

/** Names of the columns that one of an operator's columns is computed from, the first `most` of them. */
export function namesBefore(index: PlanIndex, operator: Operator, column: number, most: number): string[] {
  const names = new Set<string>();
  for (const edge of operator.values) {
    const input = operator.inputs[edge[1]];
    const [first, end] = inputsOf(edge, column) ?? [0, 0];
    if (input !== undefined)
      for (let i = first; i < end && names.size < most; i++) names.add(index.columnName(input, i));
  }
  return [...names];
}

/** Columns that an operator makes: all but those that come, under the same name, from one column of an input. */
export function madeHere(index: PlanIndex, operator: Operator): Set<number> {
  const made = new Set(operator.columns.keys());
  operator.columns.forEach((name, column) => {
    const names = namesBefore(index, operator, column, 2);
    if (names.length === 1 && names[0] === name) made.delete(column);
  });
  return made;
}
