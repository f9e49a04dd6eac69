import type { Host } from '../host';
import { traceColumn, columnRole, type ColumnRole, type ColumnTrace } from '../lib/columns';
import type { Card } from '../lib/cards';
import { counted, human } from '../lib/format';
import { PlanIndex } from '../lib/plan';
import { RowSet } from '../lib/rows';
import { reachedDirectly } from '../lib/tiers';
import type { Answer, Cell, Operator, Plan, Role } from '../protocol';

export type InspectorTab = 'records' | 'trace' | 'columns' | 'code';
/** How an operator stands out: by a record's trace, or by a column's. */
export type Highlight = Role | ColumnRole;

export interface TracedRows {
  role: Role;
  rows: RowSet;
  count: number;
  /** Names of the sample's columns. */
  names: string[];
  sample: Cell[][];
  /** Whether no aggregate and no fit lies in between. */
  direct: boolean;
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
/** The strongest first, where several meet in one place. */
export const STRENGTH: readonly Highlight[] = ['self', 'back', 'forward', 'value', 'fit', 'control'];
/** Operators that make one thing of all rows: a record is not among theirs, it is used. */
const WHOLES: ReadonlySet<string> = new Set(['fit_model', 'score']);

/** What a card says of the rows that a trace touches: "▲ 1 of 130k rows". */
export function tracedText(operator: Operator, traced: Pick<TracedRows, 'role' | 'count'>): string {
  const mark = ROLE_MARK[traced.role];
  if (!WHOLES.has(operator.kind)) return `${mark} ${human(traced.count)} of ${human(operator.rows)} rows`;
  return `${mark} ${{ self: 'this one', back: 'it is used', forward: 'uses it' }[traced.role]}`;
}

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
      const trace = this.#read(answer, operator, row);
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
    const name = this.index.columnName(operator, column);
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

  /** How a card stands out: as the strongest of what is drawn on it. */
  cardHighlight({ operator, encoders }: Card): Highlight | null {
    const found = new Set([operator, ...encoders].map((o) => this.highlight(o.id)));
    return STRENGTH.find((role) => found.has(role)) ?? null;
  }

  /** The rows on a card that a trace touches: the record's own, else those of its result. */
  cardTrace({ operator, encoders }: Card): TracedRows | undefined {
    const found = [operator, ...encoders].flatMap((o) => this.#state.trace?.tables.get(o.id) ?? []);
    return found.find((t) => t.role === 'self') ?? found[0];
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
    const row = trace.row.toLocaleString('en');
    return `row ${row} of “${label}”: ${counted(up, 'operator')} up, ${down} down${this.#reached(trace)}`;
  }

  /** What the user should hear of: that both sides of a split know the record (leakage), and that a model does. */
  #reached(trace: RecordTrace): string {
    const learned = this.index.operators.some(
      (o) => o.kind === 'fit_model' && trace.tables.get(o.id)?.role === 'forward',
    );
    const both = this.#splitsReached(trace) > 1;
    if (both) return ` · reaches train${learned ? ', test and the model' : ' and test'}`;
    return learned ? ' · reaches the model' : '';
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

  #read(answer: Answer<'trace'>, operator: string, row: number): RecordTrace {
    const roles = new Map(answer.tables.map((t) => [t.table, t.role]));
    const direct = reachedDirectly(this.index, roles);
    const tables = new Map<string, TracedRows>();
    answer.tables.forEach(({ table, role, count, encoding, names, sample }, i) => {
      const buffer = answer.buffers[i];
      if (!buffer) throw new Error(`the rows of ${table} are missing`);
      const rows = RowSet.of(encoding, buffer, count);
      tables.set(table, { role, rows, count, names, sample, direct: direct.has(table) });
    });
    return { id: answer.trace, operator, row, tables };
  }

  #set(change: Partial<SessionState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.#state, before);
  }
}
