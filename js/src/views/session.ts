import type { Host } from '../host';
import { traceColumn, columnRole, type ColumnTrace } from '../lib/columns';
import { counted } from '../lib/format';
import { PlanIndex } from '../lib/plan';
import { RowSet } from '../lib/rows';
import type { Answer, Cell, Plan, Role } from '../protocol';

export type InspectorTab = 'records' | 'trace' | 'columns' | 'code';
/** How an operator stands out: by a record's trace, or by a column's. */
export type Highlight = Role | 'value' | 'control';

export interface TracedRows {
  role: Role;
  rows: RowSet;
  count: number;
  sample: Cell[][];
}

/** What made a record and what was made from it, by operator. */
export interface RecordTrace {
  id: number;
  operator: string;
  row: number;
  tables: Map<string, TracedRows>;
}

export interface SessionState {
  /** The operator that the inspector shows. */
  operator: string;
  tab: InspectorTab;
  trace: RecordTrace | null;
  column: ColumnTrace | null;
  onlyTraced: boolean;
  /** One line for the header; screen readers hear it. */
  status: string;
}

type Listener = (state: SessionState, before: SessionState) => void;

export const ROLE_MARK: Record<Role, string> = { self: '◆', back: '▲', forward: '▼' };

const PATIENCE = 3000;
const WAITING = 'waiting for the kernel (is it busy, or was it restarted?)…';

/** What the user looks at in one plan: every part of the view reads it and follows it. */
export class PlanSession {
  readonly index: PlanIndex;
  readonly #listeners = new Set<Listener>();
  #state: SessionState;
  /** Counts the traces asked for: an answer that was overtaken by another click is dropped. */
  #asked = 0;

  constructor(
    readonly host: Host,
    plan: Plan,
  ) {
    this.index = new PlanIndex(plan);
    this.#state = {
      operator: this.index.result(),
      tab: 'records',
      trace: null,
      column: null,
      onlyTraced: false,
      status: '',
    };
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Calls back after every change; returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  pick(operator: string): void {
    if (operator !== this.#state.operator) this.#set({ operator });
  }

  show(tab: InspectorTab): void {
    this.#set({ tab });
  }

  only(onlyTraced: boolean): void {
    this.#set({ onlyTraced });
  }

  say(status: string): void {
    this.#set({ status });
  }

  clear(): void {
    this.#asked++;
    const { tab } = this.#state;
    this.#set({
      trace: null,
      column: null,
      onlyTraced: false,
      status: '',
      tab: tab === 'trace' ? 'records' : tab,
    });
  }

  /** Asks for a record's trace and shows it; an error becomes the status. */
  async traceRow(operator: string, row: number): Promise<void> {
    const turn = ++this.#asked;
    const slow = setTimeout(() => this.#set({ status: WAITING }), PATIENCE);
    try {
      const answer = await this.host.ask('trace', { table: operator, rows: [row] });
      if (turn !== this.#asked) return;
      const trace = readTrace(answer, operator, row);
      this.#set({ trace, column: null, operator, status: this.#sentence(trace) });
    } catch (error) {
      if (turn === this.#asked) this.#set({ status: `The trace failed: ${(error as Error).message}` });
    } finally {
      clearTimeout(slow);
    }
  }

  /** Shows where a column comes from and where it goes; the same column again clears it. */
  traceColumn(operator: string, column: number): void {
    const now = this.#state.column;
    if (now && now.operator === operator && now.column === column) return this.clear();
    this.#asked++;
    const trace = traceColumn(this.index, operator, column);
    const name = this.index.operator(operator).columns[column] ?? '';
    const status = `column “${name}” of “${this.index.operator(operator).label}”: in ${counted(trace.hits.size, 'operator')}`;
    const { tab } = this.#state;
    this.#set({
      column: trace,
      trace: null,
      onlyTraced: false,
      operator,
      status,
      tab: tab === 'trace' ? 'columns' : tab,
    });
  }

  highlight(operator: string): Highlight | null {
    const { trace, column } = this.#state;
    if (trace) return trace.tables.get(operator)?.role ?? null;
    return column ? columnRole(column, operator) : null;
  }

  /** Whether the rest is dimmed. */
  get tracing(): boolean {
    return this.#state.trace !== null || this.#state.column !== null;
  }

  #sentence(trace: RecordTrace): string {
    const roles = [...trace.tables.values()].map((t) => t.role);
    const up = roles.filter((r) => r === 'back').length;
    const down = roles.filter((r) => r === 'forward').length;
    const label = this.index.operator(trace.operator).label;
    const both = this.#splitsReached(trace) > 1 ? ' · reaches both sides of the split' : '';
    return `row ${trace.row.toLocaleString('en')} of “${label}”: ${counted(up, 'operator')} up, ${down} down${both}`;
  }

  /** How many sides of one split a record reaches: leakage that the user should hear of. */
  #splitsReached(trace: RecordTrace): number {
    const sides = new Map<string, number>();
    for (const operator of this.index.operators) {
      if (operator.kind !== 'split' || trace.tables.get(operator.id)?.role !== 'forward') continue;
      const from = operator.inputs.join();
      sides.set(from, (sides.get(from) ?? 0) + 1);
    }
    return Math.max(0, ...sides.values());
  }

  #set(change: Partial<SessionState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.#state, before);
  }
}

function readTrace(answer: Answer<'trace'>, operator: string, row: number): RecordTrace {
  const tables = new Map<string, TracedRows>();
  answer.tables.forEach((table, i) => {
    const buffer = answer.buffers[i];
    if (!buffer) throw new Error(`the rows of ${table.table} are missing`);
    const rows = RowSet.of(table.encoding, buffer, table.count);
    tables.set(table.table, { role: table.role, rows, count: table.count, sample: table.sample });
  });
  return { id: answer.trace, operator, row, tables };
}
