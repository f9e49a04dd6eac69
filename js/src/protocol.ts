/**
 * The wire between kernel and view. `lester_jupyter/widgets/messages.py` is the same contract in Python;
 * `tests/fixtures/protocol/*.json` holds one example of each and is read by the tests of both sides.
 */

export const KIND = 'lester';
export const PAGE_LIMIT = 200;

export type Status = 'working' | 'verified' | 'unverified' | 'refused' | 'failed' | 'accepted' | 'rejected';
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
export type Role = 'self' | 'back' | 'forward';
export type Tab = 'diff' | 'plan' | 'records';
export type Direction = 'TB' | 'LR';
/** First and last line, 1-based and inclusive. */
export type Lines = [number, number];
/** null: a missing value; a string: shown as it is; an object: the start of a longer text. */
export type Cell = null | string | { text: string; length: number };

/** One card of the plan graph; `detail` is its second line. */
export interface Operator {
  id: string;
  kind: string;
  label: string;
  detail: string;
  /** Identifiers of the operators it reads, by slot. */
  inputs: string[];
  rows: number;
  columns: string[];
  /** Column lineage by position: [output column, input slot, input column]. */
  values: [number, number, number][];
  /** Columns that decide which rows there are: [input slot, input column]. */
  controls: [number, number][];
  /** False where lineage is an over-approximation. */
  exact: boolean;
  original: Lines[];
  rewritten: Lines[];
}

export interface Point {
  x: number;
  y: number;
}

export interface LaidOutEdge {
  from: string;
  to: string;
  /** Control points of a cubic B-spline as Graphviz gives them: 3n + 1 points. */
  points: [number, number][];
}

/** Where the cards are, in pixels: [centre x, centre y, width, height]. */
export interface Layout {
  direction: Direction;
  width: number;
  height: number;
  nodes: Record<string, [number, number, number, number]>;
  edges: LaidOutEdge[];
}

export interface Plan {
  version: 1;
  id: string;
  title: string;
  operators: Operator[];
  code: { original: string; rewritten: string };
  completeness: number;
  layout: Layout | null;
}

export interface Finding {
  kind: string;
  severity: 'info' | 'warning' | 'error';
  message: string;
  lines: Lines | null;
  hint: string;
}

export interface Counterexample {
  name: string;
  detail: string;
  row: number | null;
  original_row: string | null;
  rewritten_row: string | null;
}

export interface Verification {
  verified: boolean;
  /** On how many changed inputs both versions were equal. */
  changed: number;
  counterexample: Counterexample | null;
  findings: Finding[];
}

export interface Step {
  step: string;
  state: StepState;
  detail?: string;
}

/** The synced values of a rewrite view; an empty object stands for "not yet". */
export interface State {
  plan: Plan | Record<string, never>;
  original: string;
  rewritten: string;
  status: Status;
  verification: Verification | Record<string, never>;
  progress: Step[];
  message: string;
  title: string;
  tab: Tab;
}

export interface TracedTable {
  table: string;
  role: Role;
  count: number;
  encoding: 'int32' | 'bitset';
  sample: Cell[][];
}

/** What may be asked, and what comes back besides buffers. */
export interface Exchanges {
  page: {
    ask: { table: string; offset: number; limit: number; within: number | null };
    answer: { rows: number[]; total: number; columns: Cell[][]; numeric: boolean[] };
  };
  trace: {
    ask: { table: string; rows: number[] };
    answer: { trace: number; tables: TracedTable[] };
  };
  asset: { ask: { name: string }; answer: { name: string } };
  layout: { ask: { plan: string; layout: Layout }; answer: object };
  accept: { ask: { code: string; placed: boolean }; answer: object };
  reject: { ask: object; answer: object };
  retry: { ask: { hint: string; code: string }; answer: object };
}

export type RequestType = keyof Exchanges;
export type Ask<T extends RequestType> = Exchanges[T]['ask'];
export type Answer<T extends RequestType> = Exchanges[T]['answer'] & { buffers: DataView[] };

/** What every message carries so that a request finds its answer. */
export interface Envelope {
  kind: typeof KIND;
  id: number;
  view: string;
  error?: string;
}
