import { h } from '../../lib/dom';
import { counted, human } from '../../lib/format';
import type { PlanSession } from '../session';
import { RecordTable } from './table';

/** The records of the picked operator, with what is traced and a switch to see only that. */
export class RecordsPane {
  readonly element: HTMLElement;
  readonly #table: RecordTable;
  readonly #count = h('span');
  readonly #only: HTMLInputElement;
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    this.#table = new RecordTable(session);
    this.#only = h('input', { type: 'checkbox', onchange: () => session.only(this.#only.checked) });
    this.element = h(
      'div',
      { class: 'lj-pane' },
      h('div', { class: 'lj-bar' }, this.#count, h('label', {}, this.#only, ' only traced')),
      this.#table.element,
    );
    this.#unsubscribe = session.subscribe((state, before) => {
      const moved = state.operator !== before.operator || state.onlyTraced !== before.onlyTraced;
      if (moved || (state.trace !== before.trace && state.onlyTraced)) this.#show();
      else if (state.trace !== before.trace || state.column !== before.column) this.#repaint();
    });
    this.#show();
  }

  focus(): void {
    this.#table.focus();
  }

  /** To be called when the pane becomes visible: nothing can be measured before. */
  shown(): void {
    this.#show();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#table.destroy();
  }

  #show(): void {
    const { state } = this.session;
    const within = state.onlyTraced && state.trace ? state.trace.id : null;
    this.#label();
    this.#table.show(state.operator, within);
    this.#table.reveal();
  }

  #repaint(): void {
    this.#label();
    this.#table.repaint();
    this.#table.reveal();
  }

  #label(): void {
    const { state, index } = this.session;
    const operator = index.operator(state.operator);
    const traced = state.trace?.tables.get(state.operator);
    this.#only.disabled = !state.trace;
    this.#only.checked = state.onlyTraced && state.trace !== null;
    const size = `${counted(operator.rows, 'row')} × ${counted(operator.width, 'column')}`;
    const part = state.trace ? ` · ${traced ? human(traced.count) : 'none'} traced` : '';
    this.#count.textContent = size + part;
  }
}
