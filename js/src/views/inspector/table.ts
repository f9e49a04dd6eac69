import { h } from '../../lib/dom';
import { Pages } from '../../lib/pages';
import { contentHeight, firstRow, fullRows, scrollTopOf, type Geometry } from '../../lib/scroll';
import { ROLE_MARK, type PlanSession, type TracedRows } from '../session';
import { cellRole } from '../../lib/columns';
import { human } from '../../lib/format';
import { cellNodes } from './cells';

/** Columns that are drawn before it is known how many are shown. */
const AT_FIRST = 40;

/** The records of one operator as a virtual table: only the rows that are seen exist. */
export class RecordTable {
  readonly element: HTMLElement;
  readonly #scroller: HTMLElement;
  readonly #spacer: HTMLElement;
  readonly #grid: HTMLTableElement;
  readonly #head: HTMLTableSectionElement;
  readonly #body: HTMLTableSectionElement;
  readonly #ticks: HTMLCanvasElement;
  readonly #resize: ResizeObserver;
  #operator = '';
  #pages: Pages | null = null;
  #count = 0;
  /** The row that the keyboard is on, by its place. */
  #active = 0;
  #error = '';

  constructor(private readonly session: PlanSession) {
    this.#head = h('thead');
    this.#body = h('tbody', { onclick: (event: MouseEvent) => this.#click(event) });
    this.#grid = h(
      'table',
      { class: 'lj-table', role: 'grid', tabindex: 0, onkeydown: (event: KeyboardEvent) => this.#key(event) },
      this.#head,
      this.#body,
    );
    this.#spacer = h('div', { class: 'lj-spacer' }, h('div', { class: 'lj-sticky' }, this.#grid));
    this.#scroller = h('div', { class: 'lj-scroller', onscroll: () => this.#follow() }, this.#spacer);
    this.#ticks = h('canvas', { class: 'lj-ticks', width: 8, height: 1, 'aria-hidden': true });
    this.element = h('div', { class: 'lj-records' }, this.#scroller, this.#ticks);
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(this.#scroller);
  }

  /** Shows an operator's table, or with `within` only the rows of it that the trace touches. */
  show(operator: string, within: number | null): void {
    const { index, host } = this.session;
    const same = this.#pages?.selection.table === operator && this.#pages.selection.within === within;
    this.#operator = operator;
    if (!same) {
      this.#pages = new Pages({ table: operator, within }, (offset, limit, selection) =>
        host.ask('page', { ...selection, offset, limit }),
      );
      this.#error = '';
      this.#active = 0;
    }
    this.#count = within === null ? index.operator(operator).rows : (this.#traced?.count ?? 0);
    this.#grid.setAttribute('aria-label', `Records of ${index.operator(operator).label}`);
    this.#grid.setAttribute('aria-rowcount', String(this.#count + 1));
    this.#drawHead();
    this.#fit();
    if (!same) this.#scroller.scrollTo(0, 0);
    this.#follow();
  }

  /** Scrolls to the first traced row, unless one is seen already. */
  reveal(): void {
    const traced = this.#traced;
    if (!traced || this.#pages?.selection.within !== null) return;
    const g = this.#geometry;
    const first = firstRow(g, this.#scroller.scrollTop);
    for (let row = first; row < first + fullRows(g); row++) if (traced.rows.has(row)) return;
    this.#scroller.scrollTop = scrollTopOf(g, traced.rows.first() - 3);
    this.#follow();
  }

  /** Draws again what changed without new data: the trace, the traced column. */
  repaint(): void {
    this.#drawHead();
    this.#draw();
  }

  focus(): void {
    this.#grid.focus();
  }

  destroy(): void {
    this.#resize.disconnect();
  }

  get #traced(): TracedRows | undefined {
    return this.session.state.trace?.tables.get(this.#operator);
  }

  get #geometry(): Geometry {
    return { rows: this.#count, viewport: this.#scroller.clientHeight || 300 };
  }

  #fit(): void {
    const g = this.#geometry;
    this.#spacer.style.height = `${contentHeight(g)}px`;
    this.#follow();
  }

  /** Draws what is seen now, and once more when missing pages have come. */
  #follow(): void {
    const pages = this.#pages;
    this.#draw();
    if (!pages || this.#count === 0) return;
    const first = firstRow(this.#geometry, this.#scroller.scrollTop);
    const last = Math.min(this.#count - 1, first + fullRows(this.#geometry));
    pages.need(first, last).then(
      (fresh) => {
        if (fresh && pages === this.#pages) this.repaint();
      },
      (error: Error) => {
        if (pages !== this.#pages) return;
        this.#error = error.message;
        this.#draw();
      },
    );
  }

  #drawHead(): void {
    const { columns, width } = this.session.index.operator(this.#operator);
    const names = this.#names;
    const cells = names.map((name, i) =>
      h(
        'th',
        { scope: 'col', class: this.#cellClass(i) || null },
        // what is told of a model besides is no column of the plan
        i < width ? this.#columnButton(i, name, columns[i] ?? name) : h('bdi', {}, name),
      ),
    );
    const left = width - names.length;
    if (left > 0) cells.push(h('th', { scope: 'col', class: 'lj-note' }, `+${human(left)} more`));
    this.#head.replaceChildren(
      h('tr', { 'aria-rowindex': 1 }, h('th', { scope: 'col', class: 'lj-rowhead' }, 'row'), ...cells),
    );
  }

  #columnButton(column: number, name: string, inPlan: string): HTMLElement {
    const also = name === inPlan ? '' : ` (${inPlan})`;
    return h(
      'button',
      {
        type: 'button',
        tabindex: -1,
        title: `Show where ${name}${also} comes from and goes to`,
        'data-column': inPlan,
        onclick: () => this.session.traceColumn(this.#operator, column),
      },
      h('bdi', {}, name),
    );
  }

  /** Names of the columns that are shown: from the records where they have come, else from the plan. */
  get #names(): readonly string[] {
    return this.#pages?.names ?? this.session.index.operator(this.#operator).columns.slice(0, AT_FIRST);
  }

  #draw(): void {
    const g = this.#geometry;
    const first = firstRow(g, this.#scroller.scrollTop);
    const last = Math.min(this.#count, first + fullRows(g) + 1);
    const rows: HTMLTableRowElement[] = [];
    for (let place = first; place < last; place++) rows.push(this.#row(place));
    if (this.#error || this.#count === 0)
      rows.splice(0, rows.length, this.#note(this.#error || 'no records'));
    this.#body.replaceChildren(...rows);
    const active = this.#body.querySelector('[data-active]');
    if (active) this.#grid.setAttribute('aria-activedescendant', active.id);
    else this.#grid.removeAttribute('aria-activedescendant');
    this.element.dataset.first = String(first);
    this.#drawTicks();
  }

  #row(place: number): HTMLTableRowElement {
    const shown = this.#pages?.at(place) ?? null;
    const traced = this.#traced;
    const role = shown && traced?.rows.has(shown.row) ? traced.role : null;
    const number = shown ? shown.row.toLocaleString('en') : '…';
    const cells = this.#names.map((_, i) => {
      return h(
        'td',
        { class: this.#cellClass(i) || null, dir: 'auto' },
        ...(shown ? cellNodes(shown.cells[i] ?? null) : []),
      );
    });
    return h(
      'tr',
      {
        id: `${this.#id}-${place}`,
        'aria-rowindex': place + 2,
        'data-row': shown?.row,
        'data-place': place,
        'data-role': role,
        'data-active': place === this.#active,
        'aria-selected': role === 'self',
      },
      h('th', { scope: 'row', class: 'lj-rowhead' }, `${role ? `${ROLE_MARK[role]} ` : ''}${number}`),
      ...cells,
    );
  }

  readonly #id = `lj-${Math.random().toString(36).slice(2)}`;

  #note(text: string): HTMLTableRowElement {
    return h('tr', {}, h('td', { class: 'lj-note', colspan: this.#names.length + 1 }, text));
  }

  #cellClass(column: number): string {
    const right = this.#pages?.numeric[column] ? 'lj-right ' : '';
    const role = cellRole(this.session.state.column?.hits.get(this.#operator), column);
    return role ? `${right}lj-column-${role}` : right.trim();
  }

  /** Marks beside the scrollbar where the traced rows are. */
  #drawTicks(): void {
    const height = Math.max(1, this.#scroller.clientHeight);
    this.#ticks.height = height;
    const traced = this.#traced;
    const context = this.#ticks.getContext('2d');
    if (!context || !traced || this.#pages?.selection.within !== null) return;
    context.fillStyle = getComputedStyle(this.element).getPropertyValue(`--lj-${traced.role}`);
    const marks = traced.rows.marks(height, this.#count);
    let drawn = 0;
    marks.forEach((on, y) => {
      if (!on) return;
      context.fillRect(0, y, 8, 2);
      drawn++;
    });
    this.#ticks.dataset.ticks = String(drawn);
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLTableRowElement>('tr[data-place]');
    if (!row) return;
    if (document.getSelection()?.toString()) return; // the user is copying a value
    this.#active = Number(row.dataset.place);
    this.#trace();
  }

  #trace(): void {
    const shown = this.#pages?.at(this.#active);
    if (shown) void this.session.traceRow(this.#operator, shown.row);
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = fullRows(this.#geometry);
    const to = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#count - 1,
    }[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.#trace();
    else if (to === undefined) return;
    else this.#move(to);
    event.preventDefault();
  }

  #move(place: number): void {
    const g = this.#geometry;
    this.#active = Math.min(this.#count - 1, Math.max(0, place));
    const first = firstRow(g, this.#scroller.scrollTop);
    const full = fullRows(g);
    if (this.#active < first) this.#scroller.scrollTop = scrollTopOf(g, this.#active);
    else if (this.#active >= first + full) this.#scroller.scrollTop = scrollTopOf(g, this.#active - full + 1);
    this.#follow();
  }
}
