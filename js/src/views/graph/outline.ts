import { h, mark } from '../../lib/dom';
import { kindOf } from '../../lib/kinds';
import { tracedText, type PlanSession } from '../session';
import { sentence } from './card';

/** The plan as a list, inputs first: for narrow places, where a drawing would have to be scrolled. */
export class PlanOutline {
  readonly element: HTMLElement;
  readonly #items = new Map<string, { button: HTMLButtonElement; detail: HTMLElement }>();
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    const { operators } = session.index;
    const number = new Map(operators.map((o, i) => [o.id, i + 1]));
    this.element = h('ol', { class: 'lj-outline', 'aria-label': 'Plan, inputs first' });
    for (const operator of operators) {
      const kind = kindOf(operator.kind);
      const reads = [...new Set(operator.inputs)].map((i) => number.get(i)).join(', ');
      const detail = h('span', { class: 'lj-sub' });
      const button = h(
        'button',
        {
          type: 'button',
          'aria-label': `${sentence(operator)}${reads ? `; reads ${reads}` : ''}`,
          'data-operator': operator.id,
          onclick: () => session.pick(operator.id),
          onkeydown: (event: KeyboardEvent) => this.#key(event),
        },
        h('span', { class: 'lj-number' }, String(number.get(operator.id))),
        h('span', { class: 'lj-chip', style: `--c:var(--lj-f-${kind.family.key})` }, kind.glyph),
        h('span', { class: 'lj-what' }, h('b', {}, operator.label), detail),
        reads ? h('span', { class: 'lj-reads' }, `← ${reads}`) : null,
      );
      this.element.append(h('li', {}, button));
      this.#items.set(operator.id, { button, detail });
    }
    this.#unsubscribe = session.subscribe(() => this.#paint());
    this.#paint();
  }

  destroy(): void {
    this.#unsubscribe();
  }

  #paint(): void {
    const { session } = this;
    mark(this.element, 'data-tracing', session.tracing ? 'true' : null);
    for (const [id, { button, detail }] of this.#items) {
      const operator = session.index.operator(id);
      const traced = session.state.trace?.tables.get(id);
      mark(button, 'data-role', session.highlight(id));
      mark(button, 'aria-pressed', String(id === session.state.operator));
      mark(button, 'data-tier', traced?.direct === false ? 'through' : null);
      detail.textContent = traced ? tracedText(operator, traced) : operator.detail;
    }
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    const buttons = [...this.#items.values()].map((item) => item.button);
    const next = buttons[buttons.indexOf(event.currentTarget as HTMLButtonElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
