import { h } from '../../lib/dom';
import { counted } from '../../lib/format';
import { madeHere } from '../../lib/columns';
import { kindOf } from '../../lib/kinds';
import type { Cell, Operator } from '../../protocol';
import { ROLE_MARK, type PlanSession, type TracedRows } from '../session';
import { cellNodes } from './cells';

/** The record's journey: every table that it touches, in order, with its values there. */
export class TracePane {
  readonly element = h('div', { class: 'lj-pane' });
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    this.#unsubscribe = session.subscribe((state, before) => {
      if (state.trace !== before.trace) this.#draw();
      else if (state.operator !== before.operator) this.#pick();
    });
    this.#draw();
  }

  shown(): void {
    this.#pick();
  }

  destroy(): void {
    this.#unsubscribe();
  }

  #draw(): void {
    const { trace } = this.session.state;
    if (!trace) {
      this.element.replaceChildren(h('p', { class: 'lj-empty' }, 'Click a record to see its journey.'));
      return;
    }
    const steps = this.session.index.cards.flatMap(({ operator, encoders }) => {
      // encoders side by side are one step, but for the one that the record is of
      const own = encoders.filter((e) => trace.tables.get(e.id)?.role === 'self');
      return [...own, operator].flatMap(({ id }) => {
        const traced = trace.tables.get(id);
        return traced ? [this.#step(id, traced)] : [];
      });
    });
    this.element.replaceChildren(h('ol', { class: 'lj-journey' }, ...steps));
    this.#pick();
  }

  #step(id: string, traced: TracedRows): HTMLElement {
    const operator = this.session.index.operator(id);
    const kind = kindOf(operator.kind);
    const made = operator.inputs.length > 0 ? madeHere(this.session.index, operator) : new Set<number>();
    const rest = traced.count - traced.sample.length;
    return h(
      'li',
      { 'data-role': traced.role, 'data-operator': id, 'data-tier': traced.direct ? null : 'through' },
      h(
        'button',
        { type: 'button', onclick: () => this.session.pick(id) },
        h('span', { class: 'lj-chip', style: `--c:var(--lj-f-${kind.family.key})` }, kind.glyph),
        h('b', {}, operator.label),
        operator.lane ? h('span', { class: 'lj-sub' }, operator.lane) : null,
        h('span', { class: 'lj-count' }, says(operator, traced)),
      ),
      ...traced.sample.map((row) => record(traced.names, row, made)),
      rest > 0 ? h('div', { class: 'lj-sub' }, `… ${counted(rest, 'record')} more`) : null,
    );
  }

  #pick(): void {
    const { operator } = this.session.state;
    const items = [...this.element.querySelectorAll<HTMLElement>('li[data-operator]')];
    const own = items.some((item) => item.dataset.operator === operator);
    const shown = own ? operator : this.session.index.card(operator).operator.id;
    for (const item of items) {
      const picked = item.dataset.operator === shown;
      item.toggleAttribute('data-picked', picked);
      if (picked) item.scrollIntoView({ block: 'nearest' });
    }
  }
}

function says(operator: Operator, { role, count, direct }: TracedRows): string {
  if (role === 'self') return `${ROLE_MARK.self} this record`;
  if (operator.kind === 'fit_model') return `${ROLE_MARK[role]} learned from it`;
  const made = `${ROLE_MARK[role]} ${counted(count, 'record')} ${role === 'back' ? 'made it' : 'made from it'}`;
  return direct ? made : `${made}, with others`;
}

/** A record in one line; what the operator made stands first and strong, the rest follows. */
function record(columns: readonly string[], row: readonly Cell[], made: ReadonlySet<number>): HTMLElement {
  const order = [...row.keys()].sort((a, b) => Number(made.has(b)) - Number(made.has(a)));
  const fields = order.map((i) =>
    h(
      'span',
      { class: 'lj-field', 'data-made': made.has(i) },
      h('bdi', { class: 'lj-name' }, columns[i] ?? ''),
      '=',
      h('bdi', {}, ...cellNodes(row[i] ?? null)),
      ' ',
    ),
  );
  return h('div', { class: 'lj-record' }, ...fields);
}
