import { h } from '../lib/dom';
import { kindOf } from '../lib/kinds';
import { RecordsPane } from './inspector/records';
import { TracePane } from './inspector/trace';
import type { PlanSession } from './session';

/** The records in full width, with the journey of the traced one beside them. */
export class RecordsView {
  readonly element: HTMLElement;
  readonly #records: RecordsPane;
  readonly #trace: TracePane;
  readonly #select: HTMLSelectElement;
  readonly #status = h('span', { class: 'lj-status', role: 'status', 'aria-live': 'polite' });
  readonly #clear: HTMLButtonElement;
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    this.#records = new RecordsPane(session);
    this.#trace = new TracePane(session);
    const options = session.index.operators.map((operator, i) =>
      h('option', { value: operator.id }, `${i + 1}  ${kindOf(operator.kind).glyph}  ${operator.label}`),
    );
    this.#select = h(
      'select',
      { class: 'lj-select', 'aria-label': 'Table', onchange: () => session.pick(this.#select.value) },
      ...options,
    );
    this.#clear = h(
      'button',
      { type: 'button', class: 'lj-button', title: 'Clear the trace (Esc)', onclick: () => session.clear() },
      'clear trace',
    );
    this.element = h(
      'div',
      { class: 'lj-table-view' },
      h('div', { class: 'lj-head' }, this.#select, this.#status, this.#clear),
      h('div', { class: 'lj-main' }, this.#records.element, this.#trace.element),
    );
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') session.clear();
    });
    this.#unsubscribe = session.subscribe(() => this.#paint());
    this.#paint();
  }

  shown(): void {
    this.#records.shown();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#records.destroy();
    this.#trace.destroy();
  }

  #paint(): void {
    const { state } = this.session;
    this.#select.value = state.operator;
    this.#status.textContent = state.status;
    this.#status.title = state.status;
    this.#clear.hidden = !this.session.tracing;
    this.#trace.element.hidden = !state.trace;
  }
}
