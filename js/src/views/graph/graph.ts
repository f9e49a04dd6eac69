import type { Card } from '../../lib/cards';
import { toDot } from '../../lib/dot';
import { h, mark, s } from '../../lib/dom';
import { layOut } from '../../lib/graphviz';
import { kindOf } from '../../lib/kinds';
import { measurer } from '../../lib/measure';
import type { Direction, Layout, Operator } from '../../protocol';
import { tracedText, type PlanSession } from '../session';
import { cardSize, drawCard, type DrawnCard } from './card';
import { drawEdges, type Edge } from './edges';
import { drawLanes } from './lanes';
import { Viewport } from './viewport';

/** How many columns a card names. */
const NAMED = 6;

/** The plan as a drawing: cards laid out by Graphviz, drawn and lit up here. */
export class PlanGraph {
  readonly element: HTMLElement;
  readonly #svg: SVGSVGElement;
  readonly #content: SVGGElement;
  readonly #viewport: Viewport;
  readonly #cards = new Map<string, DrawnCard>();
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
    this.#cards.get(this.#picked)?.group.focus();
  }

  /** Marks the operators that a search finds; null ends the search. */
  find(found: ReadonlySet<string> | null): void {
    for (const { operator, encoders } of this.session.index.cards) {
      const hit = [operator, ...encoders].some((o) => found?.has(o.id));
      const drawn = this.#cards.get(operator.id);
      if (drawn) mark(drawn.group, 'data-found', found === null ? null : String(hit));
    }
  }

  destroy(): void {
    this.#unsubscribe();
    this.#resize.disconnect();
    this.#viewport.destroy();
  }

  async #layOut(direction: Direction): Promise<Layout> {
    const measure = measurer(this.element);
    const nodes = this.session.index.cards.map((card) => {
      const [width, height] = cardSize(card, measure);
      const { id, lane } = card.operator;
      return { id, width, height, lane, inputs: card.arrows.map((a) => a.from) };
    });
    return layOut(toDot(nodes, direction), direction, () => this.session.host.asset('viz.js'));
  }

  #put(layout: Layout): void {
    const { index } = this.session;
    const measure = measurer(this.element);
    this.#layout = layout;
    this.#cards.clear();
    this.#edges = drawEdges(index, layout);
    for (const card of index.cards) {
      const { operator } = card;
      const box = layout.nodes[operator.id];
      if (!box) continue;
      const drawn = drawCard(card, box, this.#kept(operator), measure);
      drawn.group.addEventListener('click', (event) => {
        const line = (event.target as Element).closest<SVGGElement>('.lj-encoder');
        if (!this.#viewport.dragging) this.session.pick(line?.dataset.operator ?? operator.id);
      });
      drawn.group.addEventListener('focus', () => this.#reveal(operator.id));
      this.#cards.set(operator.id, drawn);
    }
    this.#content.replaceChildren(
      s('g', {}, ...drawLanes(index.cards, layout)),
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
    const picked = this.#picked;
    mark(this.#svg, 'data-tracing', session.tracing ? 'true' : null);
    for (const card of session.index.cards) {
      const { id } = card.operator;
      const drawn = this.#cards.get(id);
      if (!drawn) continue;
      mark(drawn.group, 'data-role', session.cardHighlight(card));
      mark(drawn.group, 'data-tier', session.cardTrace(card)?.direct === false ? 'through' : null);
      mark(drawn.group, 'aria-pressed', String(id === picked));
      mark(drawn.group, 'tabindex', id === picked ? '0' : '-1');
      drawn.say(this.#secondLine(card));
      for (const [encoder, line] of drawn.lines) {
        mark(line, 'data-role', session.state.column ? session.highlight(encoder) : null);
        mark(line, 'data-picked', encoder === session.state.operator ? 'true' : null);
      }
    }
    for (const edge of this.#edges) mark(edge.group, 'data-role', this.#edgeRole(edge));
    if (this.#placed) this.#reveal(picked);
  }

  /** The card of the operator that is looked at. */
  get #picked(): string {
    return this.session.index.card(this.session.state.operator).operator.id;
  }

  #secondLine(card: Card): string | null {
    const { column } = this.session.state;
    const { operator } = card;
    const traced = this.session.cardTrace(card);
    if (traced) return tracedText(operator, traced);
    const hit = column?.hits.get(operator.id);
    if (!hit) return null;
    const parts = [this.#named(operator, hit.values), this.#named(operator, hit.fits, 'learned: ')];
    const said = [...parts, this.#named(operator, hit.controls, '⋯ ')].filter(Boolean);
    return said.join(' · ') || '⋯ as key or predicate';
  }

  #named(operator: Operator, columns: ReadonlySet<number>, before = ''): string {
    if (columns.size === 0) return '';
    const names = [...columns].slice(0, NAMED).map((c) => this.session.index.columnName(operator.id, c));
    const more = columns.size > NAMED ? ` +${(columns.size - NAMED).toLocaleString('en')}` : '';
    return `${before}${names.join(', ')}${more}`;
  }

  #edgeRole({ from, to, fits, ofRows }: Edge): string | null {
    const { index, state } = this.session;
    const a = this.session.cardHighlight(index.card(from));
    const b = this.session.cardHighlight(index.card(to));
    if (a === null || b === null) return null;
    if (state.column) return a === 'value' && b === 'value' && !fits ? 'value' : 'control';
    if (!ofRows) return null;
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
        ? index.card(state.operator).arrows[0]?.from
        : index.cards.find((card) => card.arrows.some((arrow) => arrow.from === this.#picked))?.operator.id
      : this.#sibling(sideways ? dy : dx);
    if (next === undefined) return;
    this.session.pick(next);
    this.focus();
  }

  #sibling(step: number): string | undefined {
    const layout = this.#layout;
    const here = layout?.nodes[this.#picked];
    if (!layout || !here) return undefined;
    const [across, along] = layout.direction === 'LR' ? ([1, 0] as const) : ([0, 1] as const);
    const rank = Object.entries(layout.nodes)
      .filter(([, box]) => Math.abs(box[along] - here[along]) < 20)
      .sort(([, a], [, b]) => a[across] - b[across])
      .map(([id]) => id);
    return rank[rank.indexOf(this.#picked) + step];
  }
}
