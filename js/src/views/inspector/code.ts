import { h, mark } from '../../lib/dom';
import { kindOf } from '../../lib/kinds';
import { operatorsByLine, type Version } from '../../lib/lines';
import { STRENGTH, type PlanSession } from '../session';

interface Line {
  element: HTMLElement;
  operators: string[];
}

const TITLES: Record<Version, string> = { original: 'Your code', rewritten: 'Rewritten' };

/** Both versions of the cell, line by line with the operators behind each: a click on either finds the other. */
export class CodePane {
  readonly element: HTMLElement;
  readonly #lines: Line[] = [];
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    const { code } = session.index.plan;
    const blocks = (['original', 'rewritten'] as const).filter((version) => code[version]);
    this.element = h('div', { class: 'lj-pane lj-codes' }, ...blocks.map((version) => this.#block(version)));
    this.#unsubscribe = session.subscribe((state, before) => {
      this.#paint();
      if (state.operator !== before.operator) this.shown();
    });
    this.#paint();
  }

  /** Scrolls the picked operator's lines into view, in each version on its own. */
  shown(): void {
    for (const code of this.element.querySelectorAll<HTMLElement>('.lj-lines')) {
      const line = code.querySelector<HTMLElement>('[data-picked]');
      if (line) code.scrollTop = Math.max(0, line.offsetTop - code.clientHeight / 3);
    }
  }

  destroy(): void {
    this.#unsubscribe();
  }

  #block(version: Version): HTMLElement {
    const { index } = this.session;
    const texts = index.plan.code[version].replace(/\n+$/, '').split('\n');
    const owners = operatorsByLine(index.operators, version, texts.length);
    const lines = texts.map((text, i) => this.#line(text, i, owners[i] ?? []));
    return h(
      'section',
      { class: 'lj-code', 'aria-label': TITLES[version] },
      h('div', { class: 'lj-sub' }, TITLES[version]),
      h('div', { class: 'lj-lines', 'data-version': version, role: 'list', tabindex: 0 }, ...lines),
    );
  }

  #line(text: string, i: number, operators: string[]): HTMLElement {
    const { index } = this.session;
    const first = operators[0];
    const tip = operators.map((id) => `${kindOf(index.operator(id).kind).glyph} ${index.operator(id).label}`);
    const element = h(
      'div',
      {
        class: `lj-codeline${operators.length ? ' lj-link' : ''}`,
        role: 'listitem',
        title: tip.join('\n') || null,
        'data-line': i + 1,
        onclick: () => this.#click(operators),
      },
      h('span', { class: 'lj-number' }, String(i + 1)),
      h('span', { class: 'lj-owner' }, first ? kindOf(index.operator(first).kind).glyph : ''),
      h('bdi', { class: 'lj-text' }, text || ' '),
    );
    this.#lines.push({ element, operators });
    return element;
  }

  /** A line of several operators: each click goes to the next one. */
  #click(operators: string[]): void {
    if (operators.length === 0 || document.getSelection()?.toString()) return;
    const at = operators.indexOf(this.session.state.operator);
    const next = operators[(at + 1) % operators.length];
    if (next !== undefined) this.session.pick(next);
  }

  #paint(): void {
    const { operator } = this.session.state;
    for (const { element, operators } of this.#lines) {
      const roles = operators.map((id) => this.session.highlight(id));
      mark(element, 'data-role', STRENGTH.find((role) => roles.includes(role)) ?? null);
      element.toggleAttribute('data-picked', operators.includes(operator));
    }
  }
}
