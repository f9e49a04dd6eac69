import { toDot } from '../../lib/dot';
import { h, mark, s } from '../../lib/dom';
import { human } from '../../lib/format';
import { layOut } from '../../lib/graphviz';
import { kindOf } from '../../lib/kinds';
import { measurer } from '../../lib/measure';
import type { Direction, Layout, Operator } from '../../protocol';
import { ROLE_MARK, type PlanSession } from '../session';
import { CARD_HEIGHT, cardWidth, drawCard, type Card } from './card';
import { drawEdges, type Edge } from './edges';
import { Viewport } from './viewport';

/** The plan as a drawing: cards laid out by Graphviz, drawn and lit up here. */
export class PlanGraph {
  readonly element: HTMLElement;
  readonly #svg: SVGSVGElement;
  readonly #content: SVGGElement;
  readonly #viewport: Viewport;
  readonly #cards = new Map<string, Card>();
  readonly #unsubscribe: () => void;
  readonly #resize: ResizeObserver;
  #edges: Edge[] = [];
  #layout: Layout | null = null;
  #placed = false;

  /**
   * `onEnter` is called when the user wants the records of the focused operator; `onSize` gives the height of a new
   * drawing before it is fitted into what room it gets.
   */
  constructor(
    private readonly session: PlanSession,
    private readonly onEnter: () => void,
    private readonly onSize: (height: number) => void,
  ) {
    const { plan } = session.index;
    this.#content = s('g');
    this.#svg = s(
      'svg',
      { class: 'lj-svg', role: 'group', 'aria-label': `Plan graph${plan.title ? ` of ${plan.title}` : ''}` },
      this.#content,
    );
    this.element = h('div', { class: 'lj-graph' }, this.#svg);
    this.#viewport = new Viewport(this.#svg, this.#content);
    this.#svg.addEventListener('keydown', (event) => this.#key(event));
    this.#unsubscribe = session.subscribe(() => this.#paint());
    // drawn while hidden (another tab is open): the first time there is room, the drawing is fitted
    this.#resize = new ResizeObserver(() => this.#settle());
    this.#resize.observe(this.element);
  }

  /** Draws the plan; the layout comes from the notebook where it was kept, else from Graphviz. */
  async draw(direction: Direction): Promise<void> {
    const { plan } = this.session.index;
    const kept = plan.layout?.direction === direction ? plan.layout : null;
    const layout = kept ?? (await this.#layOut(direction));
    this.#put(layout);
    if (!kept)
      // the kernel may be gone: the drawing stands all the same
      void this.session.host.ask('layout', { plan: plan.id, layout }).catch(() => undefined);
  }

  fit(): void {
    this.#viewport.fit(0.05);
  }

  zoom(factor: number): void {
    this.#viewport.zoom(factor);
  }

  focus(): void {
    this.#cards.get(this.session.state.operator)?.group.focus();
  }

  /** Marks the operators that a search finds; null ends the search. */
  find(found: ReadonlySet<string> | null): void {
    for (const [id, card] of this.#cards)
      mark(card.group, 'data-found', found === null ? null : String(found.has(id)));
  }

  destroy(): void {
    this.#unsubscribe();
    this.#resize.disconnect();
    this.#viewport.destroy();
  }

  async #layOut(direction: Direction): Promise<Layout> {
    const measure = measurer(this.element);
    const nodes = this.session.index.operators.map((o) => ({
      id: o.id,
      width: cardWidth(o, measure),
      height: CARD_HEIGHT,
      inputs: o.inputs,
    }));
    return layOut(toDot(nodes, direction), direction, () => this.session.host.asset('viz.js'));
  }

  #put(layout: Layout): void {
    const { index } = this.session;
    const measure = measurer(this.element);
    this.#layout = layout;
    this.#cards.clear();
    this.#edges = drawEdges(index, layout);
    for (const operator of index.operators) {
      const box = layout.nodes[operator.id];
      if (!box) continue;
      const card = drawCard(operator, box, this.#kept(operator), measure);
      card.group.addEventListener('click', () => {
        if (!this.#viewport.dragging) this.session.pick(operator.id);
      });
      card.group.addEventListener('focus', () => this.#reveal(operator.id));
      this.#cards.set(operator.id, card);
    }
    this.#content.replaceChildren(
      s('g', { 'aria-hidden': true }, ...this.#edges.map((e) => e.group)),
      s('g', {}, ...[...this.#cards.values()].map((c) => c.group)),
    );
    this.#viewport.size(layout.width, layout.height);
    this.onSize(layout.height);
    this.#placed = false;
    this.#settle();
    this.#paint();
    this.element.dataset.drawn = String(this.#cards.size);
  }

  #settle(): void {
    if (this.#placed || !this.#layout || !this.element.clientWidth) return;
    this.#placed = true;
    this.#viewport.fit(Viewport.MIN_INITIAL);
  }

  /** The share of rows that an operator kept, where that is its point. */
  #kept(operator: Operator): number | null {
    const [input] = operator.inputs;
    if (kindOf(operator.kind).family.key !== 'rows' || input === undefined) return null;
    return operator.rows / Math.max(1, this.session.index.operator(input).rows);
  }

  #paint(): void {
    const { session } = this;
    const { operator: picked } = session.state;
    mark(this.#svg, 'data-tracing', session.tracing ? 'true' : null);
    for (const [id, card] of this.#cards) {
      mark(card.group, 'data-role', session.highlight(id));
      mark(card.group, 'aria-pressed', String(id === picked));
      mark(card.group, 'tabindex', id === picked ? '0' : '-1');
      card.say(this.#secondLine(id));
    }
    for (const edge of this.#edges) mark(edge.group, 'data-role', this.#edgeRole(edge));
    if (this.#placed) this.#reveal(picked);
  }

  #secondLine(id: string): string | null {
    const { trace, column } = this.session.state;
    const operator = this.session.index.operator(id);
    const traced = trace?.tables.get(id);
    if (traced) return `${ROLE_MARK[traced.role]} ${human(traced.count)} of ${human(operator.rows)} rows`;
    const hit = column?.hits.get(id);
    if (!hit) return null;
    const names = (columns: Set<number>) => [...columns].map((c) => operator.columns[c] ?? '').join(', ');
    return (
      [names(hit.values), hit.controls.size ? `⋯ ${names(hit.controls)}` : ''].filter(Boolean).join(' · ') ||
      '⋯ as key or predicate'
    );
  }

  #edgeRole({ from, to }: Edge): string | null {
    const a = this.session.highlight(from);
    const b = this.session.highlight(to);
    if (a === null || b === null) return null;
    if (this.session.state.column) return a === 'value' && b === 'value' ? 'value' : 'control';
    if (a === 'back' && b !== 'forward') return 'back';
    return b === 'forward' && a !== 'back' ? 'forward' : null;
  }

  #reveal(id: string): void {
    const box = this.#layout?.nodes[id];
    if (box) this.#viewport.reveal(...box);
  }

  #key(event: KeyboardEvent): void {
    const act = this.#keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  readonly #keys: Record<string, (() => void) | undefined> = {
    ArrowUp: () => this.#go(0, -1),
    ArrowDown: () => this.#go(0, 1),
    ArrowLeft: () => this.#go(-1, 0),
    ArrowRight: () => this.#go(1, 0),
    Enter: () => this.onEnter(),
    ' ': () => this.onEnter(),
    '+': () => this.#viewport.zoom(1.25),
    '=': () => this.#viewport.zoom(1.25),
    '-': () => this.#viewport.zoom(0.8),
    '0': () => this.fit(),
  };

  /** Moves along an edge, or to the next card of the same rank. */
  #go(dx: number, dy: number): void {
    const { index, state } = this.session;
    const sideways = this.#layout?.direction === 'LR';
    const along = sideways ? dx : dy;
    const next = along
      ? along < 0
        ? index.operator(state.operator).inputs[0]
        : index.readers(state.operator)[0]
      : this.#sibling(sideways ? dy : dx);
    if (next === undefined) return;
    this.session.pick(next);
    this.focus();
  }

  #sibling(step: number): string | undefined {
    const layout = this.#layout;
    const here = layout?.nodes[this.session.state.operator];
    if (!layout || !here) return undefined;
    const [across, along] = layout.direction === 'LR' ? ([1, 0] as const) : ([0, 1] as const);
    const rank = Object.entries(layout.nodes)
      .filter(([, box]) => Math.abs(box[along] - here[along]) < 20)
      .sort(([, a], [, b]) => a[across] - b[across])
      .map(([id]) => id);
    return rank[rank.indexOf(this.session.state.operator) + step];
  }
}
