import type { Operator } from '../protocol';
import type { PlanIndex } from './plan';

/** What a column trace touches in one operator: positions of its columns. */
export interface ColumnHit {
  /** Columns whose values went into the traced one, or come from it. */
  values: Set<number>;
  /** Columns that only decided which rows there are: keys and predicates. */
  controls: Set<number>;
}

/** A column's way through the plan, by operator. */
export interface ColumnTrace {
  operator: string;
  column: number;
  hits: Map<string, ColumnHit>;
}

type Use = 'values' | 'controls';

/**
 * Follows a column both ways: to the columns that made it (through values, and through what decided on the rows
 * on that way), and to the columns made from it. Where it is used as a key or predicate further down, that
 * operator is touched as control, and the way ends there: everything below would depend on it.
 */
export function traceColumn(index: PlanIndex, operator: string, column: number): ColumnTrace {
  const hits = new Map<string, ColumnHit>();
  backward(index, hits, operator, column, 'values');
  forward(index, hits, operator, column, new Set());
  return { operator, column, hits };
}

/** Adds a column to the trace; false when it was there already, at least as strongly. */
function touch(hits: Map<string, ColumnHit>, operator: string, column: number, use: Use): boolean {
  const hit = hits.get(operator) ?? { values: new Set(), controls: new Set() };
  hits.set(operator, hit);
  if (hit.values.has(column) || hit[use].has(column)) return false;
  hit[use].add(column);
  if (use === 'values') hit.controls.delete(column);
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
  for (const [out, slot, before] of operator.values) {
    const input = operator.inputs[slot];
    if (out === column && input !== undefined) backward(index, hits, input, before, use);
  }
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
    for (const [out, slot, before] of operator.values)
      if (operator.inputs[slot] === id && before === column) forward(index, hits, reader, out, seen);
    for (const [slot, before] of operator.controls)
      if (operator.inputs[slot] === id && before === column) touchControl(hits, reader);
  }
}

function touchControl(hits: Map<string, ColumnHit>, operator: string): void {
  if (!hits.has(operator)) hits.set(operator, { values: new Set(), controls: new Set() });
}

/** Whether the trace reaches an operator by values, only as control, or not at all. */
export function columnRole(trace: ColumnTrace, operator: string): 'value' | 'control' | null {
  const hit = trace.hits.get(operator);
  if (!hit) return null;
  return hit.values.size > 0 ? 'value' : 'control';
}

/** Columns that an operator makes: all but those that come, under the same name, from one column of an input. */
export function madeHere(index: PlanIndex, operator: Operator): Set<number> {
  const made = new Set(operator.columns.keys());
  operator.columns.forEach((name, column) => {
    const names = operator.values
      .filter(([out]) => out === column)
      .map(([, slot, before]) => index.operator(operator.inputs[slot] ?? '').columns[before]);
    if (names.length > 0 && names.every((n) => n === name)) made.delete(column);
  });
  return made;
}
