import { h, mark } from '../../lib/dom';
import { cellRole, namesBefore } from '../../lib/columns';
import { human } from '../../lib/format';
import type { Edge, Operator } from '../../protocol';
import type { PlanSession } from '../session';

const SHOWN = 4;
/** Names that are looked at to say how many more there are. */
const COUNTED = 1000;

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
    const left = operator.width - operator.columns.length;
    this.element.replaceChildren(
      h('ul', { class: 'lj-columns' }, ...items),
      left > 0 ? h('p', { class: 'lj-sub lj-keys' }, `… ${human(left)} more columns`) : '',
      keys ? h('p', { class: 'lj-sub lj-keys' }, keys) : '',
    );
    this.#paint();
  }

  #paint(): void {
    const { column, operator } = this.session.state;
    const hit = column?.hits.get(operator);
    this.element.querySelectorAll('li > button').forEach((button, i) => {
      mark(button, 'data-role', cellRole(hit, i));
      mark(button, 'aria-pressed', String(column?.operator === operator && column.column === i));
    });
  }

  #origin(operator: Operator, column: number): string {
    const names = namesBefore(this.session.index, operator, column, COUNTED);
    if (names.length === 0) {
      if (operator.fits.length > 0) return 'learned';
      return operator.inputs.length === 0 ? 'read from the source' : 'made here';
    }
    const unchanged = names.length === 1 && names[0] === operator.columns[column];
    if (unchanged) return 'unchanged';
    const more =
      names.length > SHOWN ? ` and ${names.length - SHOWN}${names.length < COUNTED ? '' : '+'} more` : '';
    return `from ${names.slice(0, SHOWN).join(', ')}${more}`;
  }

  #keys(operator: Operator): string {
    const name = (slot: number, column: number) =>
      this.session.index.columnName(operator.inputs[slot] ?? '', column);
    const names = new Set(operator.controls.map(([slot, before]) => name(slot, before)));
    const own = new Set(operator.own_controls.map(([, slot, before]: Edge) => name(slot, before)));
    return [
      names.size ? `Which rows there are is decided by ${[...names].join(', ')}.` : '',
      own.size ? `Which rows are looked at for a value is decided by ${[...own].join(', ')}.` : '',
    ]
      .join(' ')
      .trim();
  }
}
