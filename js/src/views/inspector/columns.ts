import { h, mark } from '../../lib/dom';
import type { Operator } from '../../protocol';
import type { PlanSession } from '../session';

const SHOWN = 4;

/** The columns of the picked operator and where each comes from; a click follows one through the plan. */
export class ColumnsPane {
  readonly element = h('div', { class: 'lj-pane' });
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    this.#unsubscribe = session.subscribe((state, before) => {
      if (state.operator !== before.operator) this.#draw();
      else if (state.column !== before.column) this.#paint();
    });
    this.#draw();
  }

  shown(): void {
    this.#paint();
  }

  destroy(): void {
    this.#unsubscribe();
  }

  #draw(): void {
    const operator = this.session.index.operator(this.session.state.operator);
    const items = operator.columns.map((name, i) =>
      h(
        'li',
        {},
        h(
          'button',
          {
            type: 'button',
            'data-column': name,
            onclick: () => this.session.traceColumn(operator.id, i),
          },
          h('b', {}, h('bdi', {}, name)),
          h('span', { class: 'lj-sub' }, this.#origin(operator, i)),
        ),
      ),
    );
    const keys = this.#keys(operator);
    this.element.replaceChildren(
      h('ul', { class: 'lj-columns' }, ...items),
      keys ? h('p', { class: 'lj-sub lj-keys' }, keys) : '',
    );
    this.#paint();
  }

  #paint(): void {
    const { column, operator } = this.session.state;
    const hit = column?.hits.get(operator);
    this.element.querySelectorAll('li > button').forEach((button, i) => {
      const role = hit?.values.has(i) ? 'value' : hit?.controls.has(i) ? 'control' : null;
      mark(button, 'data-role', role);
      mark(button, 'aria-pressed', String(column?.operator === operator && column.column === i));
    });
  }

  #origin(operator: Operator, column: number): string {
    const from = operator.values.filter(([out]) => out === column);
    const names = [...new Set(from.map(([, slot, before]) => this.#name(operator, slot, before)))];
    if (names.length === 0) return operator.inputs.length === 0 ? 'read from the source' : 'made here';
    const unchanged = names.length === 1 && names[0] === operator.columns[column];
    if (unchanged) return 'unchanged';
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    return `from ${names.slice(0, SHOWN).join(', ')}${more}`;
  }

  #keys(operator: Operator): string {
    const names = operator.controls.map(([slot, before]) => this.#name(operator, slot, before));
    return names.length ? `Which rows there are is decided by ${[...new Set(names)].join(', ')}.` : '';
  }

  #name(operator: Operator, slot: number, column: number): string {
    const input = operator.inputs[slot];
    return input === undefined ? '' : (this.session.index.operator(input).columns[column] ?? '');
  }
}
