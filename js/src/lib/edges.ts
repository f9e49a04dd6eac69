import type { Edge } from '../protocol';

/** Neighbouring columns: from the first to the one before `end`. */
export type Span = [first: number, end: number];

/** The input columns that one output column is connected with by an edge; null for none. */
export function inputsOf([first, , before, n, m]: Edge, output: number): Span | null {
  if (output < first || output >= first + n) return null;
  if (m !== undefined) return [before, before + m];
  return [before + output - first, before + output - first + 1];
}

/** The output columns that one input column is connected with by an edge; null for none. */
export function outputsOf([first, , before, n, m]: Edge, input: number): Span | null {
  if (input < before || input >= before + (m ?? n)) return null;
  if (m !== undefined) return [first, first + n];
  return [first + input - before, first + input - before + 1];
}
