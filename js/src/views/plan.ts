import { h } from '../lib/dom';
import { allFamilies, kindOf } from '../lib/kinds';
import type { Direction, Operator } from '../protocol';
import { PlanGraph } from './graph/graph';
import { PlanOutline } from './graph/outline';
import { Inspector } from './inspector/inspector';
import type { PlanSession } from './session';

const NARROW = 480;

/** The plan: its graph (or outline, where it is narrow), the inspector beside it, and what the signs mean. */
export class PlanView {
  readonly element: HTMLElement;
  readonly #graph: PlanGraph;
  readonly #outline: PlanOutline;
  readonly #inspector: Inspector;
  readonly #find: HTMLInputElement;
  readonly #status = h('span', { class: 'lj-status', role: 'status', 'aria-live': 'polite' });
  readonly #clear: HTMLButtonElement;
  readonly #turn: HTMLButtonElement;
  readonly #stops: (() => void)[] = [];
  #direction: Direction = 'TB';
  #found: string[] = [];

  constructor(private readonly session: PlanSession) {
    this.#graph = new PlanGraph(
      session,
      () => this.#inspector.focusRecords(),
      (height) => this.#size(height),
    );
    this.#outline = new PlanOutline(session);
    this.#inspector = new Inspector(session);
    this.#find = h('input', {
      class: 'lj-find',
      type: 'search',
      placeholder: 'Find operator or column  /',
      'aria-label': 'Find operator or column',
      oninput: () => this.#search(),
      onkeydown: (event: KeyboardEvent) => this.#findKey(event),
    });
    const tool = (label: string, title: string, act: () => void) =>
      h('button', { type: 'button', class: 'lj-button', title, 'aria-label': title, onclick: act }, label);
    this.#clear = tool('clear trace', 'Clear the trace (Esc)', () => session.clear());
    this.#turn = tool('→', 'Draw left to right', () => this.#turnRound());
    const tools = h(
      'div',
      { class: 'lj-tools', role: 'group', 'aria-label': 'Drawing' },
      this.#turn,
      tool('−', 'Zoom out (−)', () => this.#graph.zoom(0.8)),
      tool('+', 'Zoom in (+)', () => this.#graph.zoom(1.25)),
      tool('fit', 'Show all (0)', () => this.#graph.fit()),
    );
    const bar = h(
      'div',
      { class: 'lj-head' },
      this.#find,
      this.#status,
      this.#clear,
      h('span', { class: 'lj-gap' }),
      tools,
    );
    const main = h(
      'div',
      { class: 'lj-main' },
      this.#graph.element,
      this.#outline.element,
      this.#inspector.element,
    );
    this.element = h('div', { class: 'lj-plan' }, bar, main, legend(session.index.operators));
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#stops.push(session.subscribe(() => this.#paint()));
    const resize = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      if (width) this.element.toggleAttribute('data-narrow', width < NARROW);
    });
    resize.observe(this.element);
    this.#stops.push(() => resize.disconnect());
    this.#paint();
    void this.#draw();
  }

  /** To be called when the view becomes visible. */
  shown(): void {
    this.#inspector.shown();
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    this.#graph.destroy();
    this.#outline.destroy();
    this.#inspector.destroy();
  }

  async #draw(): Promise<void> {
    try {
      await this.#graph.draw(this.#direction);
    } catch (error) {
      // the outline says the same without a drawing
      this.element.toggleAttribute('data-narrow', true);
      this.session.say(`The graph could not be drawn (${(error as Error).message}); here it is as a list.`);
    }
  }

  /** As high as the drawing likes, within reason. */
  #size(drawing: number): void {
    const height = Math.round(Math.max(380, Math.min(drawing + 24, innerHeight * 0.72)));
    this.element.style.setProperty('--lj-height', `${height}px`);
  }

  #turnRound(): void {
    this.#direction = this.#direction === 'TB' ? 'LR' : 'TB';
    const title = this.#direction === 'TB' ? 'Draw left to right' : 'Draw top to bottom';
    this.#turn.textContent = this.#direction === 'TB' ? '→' : '↓';
    this.#turn.title = title;
    this.#turn.setAttribute('aria-label', title);
    void this.#draw();
  }

  #paint(): void {
    this.#clear.hidden = !this.session.tracing;
    if (this.#status.textContent !== this.session.state.status)
      this.#status.textContent = this.session.state.status;
    this.#status.title = this.session.state.status;
  }

  #search(): void {
    const wanted = this.#find.value.trim().toLowerCase();
    const { operators } = this.session.index;
    this.#found = wanted ? operators.filter((o) => matches(o, wanted)).map((o) => o.id) : [];
    this.#graph.find(wanted ? new Set(this.#found) : null);
    this.session.say(wanted ? `${this.#found.length} of ${operators.length} operators` : '');
  }

  #findKey(event: KeyboardEvent): void {
    const [first] = this.#found;
    if (event.key === 'Enter' && first !== undefined) {
      this.session.pick(first);
      this.#graph.focus();
    } else if (event.key === 'Escape' && this.#find.value) {
      event.stopPropagation();
      this.#find.value = '';
      this.#search();
    }
  }

  #key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLInputElement && event.target.type !== 'checkbox';
    if (event.key === 'Escape') this.session.clear();
    else if (event.key === '/' && !typing) {
      event.preventDefault();
      this.#find.focus();
    }
  }
}

function matches(operator: Operator, wanted: string): boolean {
  const texts = [operator.label, kindOf(operator.kind).verb, ...operator.columns];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function legend(operators: readonly Operator[]): HTMLElement {
  const glyphs = new Map<string, Set<string>>();
  for (const operator of operators) {
    const kind = kindOf(operator.kind);
    const family = glyphs.get(kind.family.key) ?? new Set();
    glyphs.set(kind.family.key, family.add(kind.glyph));
  }
  const families = allFamilies()
    .filter((family) => glyphs.has(family.key))
    .map((family) =>
      h(
        'span',
        {},
        h(
          'span',
          { class: 'lj-chip', style: `--c:var(--lj-f-${family.key})` },
          [...(glyphs.get(family.key) ?? [])].join(' '),
        ),
        ` ${family.name}`,
      ),
    );
  const role = (key: string, text: string) => h('span', { class: 'lj-key', 'data-role': key }, text);
  return h(
    'div',
    { class: 'lj-legend', 'aria-label': 'Legend', role: 'group' },
    ...families,
    h('span', { class: 'lj-gap' }),
    role('self', '◆ this record'),
    role('back', '▲ made it'),
    role('forward', '▼ made from it'),
  );
}
