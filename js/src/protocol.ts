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

/**
 * Connections between neighbouring columns. `[output, slot, input, n]`: n neighbours from n neighbours, one from
 * one. `[output, slot, input, n, m]`: each of n neighbours from all of m. `output` and `input` are the first ones.
 */
export type Edge = [number, number, number, number] | [number, number, number, number, number];

/** One operator of the plan graph; `detail` is the second line of its card. */
export interface Operator {
  id: string;
  kind: string;
  label: string;
  detail: string;
  /** Identifiers of the operators it reads, by slot. */
  inputs: string[];
  /** The slots it only learns from. */
  fit_slots: number[];
  rows: number;
  /** How many columns it has; `columns` names the first of them. */
  width: number;
  columns: string[];
  /** Which columns its values are computed from. */
  values: Edge[];
  /** Which columns shaped something learned that its values were computed with. */
  fits: Edge[];
  /** Which columns decide about single ones of its columns: the partition of a window. */
  own_controls: Edge[];
  /** Columns that decide which rows there are: [input slot, input column]. */
  controls: [number, number][];
  /** False where lineage is an over-approximation. */
  exact: boolean;
  /** The operator on whose card it is drawn: itself, or what puts the features of several encoders side by side. */
  card: string;
  /** Its line on that card: what it reads, and what it makes. */
  brief: [string, string] | null;
  /** The side of the split that all its rows come from. */
  lane: string | null;
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
  version: 2;
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

/**
 * The synced values of a view; an empty object stands for "not yet". A view without the tab "diff" shows a plan only,
 * and has `plan`, `title`, `tabs` and `tab` alone.
 */
export interface State {
  plan: Plan | Record<string, never>;
  tabs: Tab[];
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
  names: string[];
  sample: Cell[][];
}

/** What may be asked, and what comes back besides buffers. */
export interface Exchanges {
  page: {
    ask: { table: string; offset: number; limit: number; within: number | null };
    answer: { rows: number[]; total: number; names: string[]; columns: Cell[][]; numeric: boolean[] };
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
