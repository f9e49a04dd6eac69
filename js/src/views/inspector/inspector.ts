import { h } from '../../lib/dom';
import { kindOf } from '../../lib/kinds';
import { tabList, type TabList } from '../tabs';
import type { InspectorTab, PlanSession } from '../session';
import { CodePane } from './code';
import { ColumnsPane } from './columns';
import { RecordsPane } from './records';
import { TracePane } from './trace';

interface Pane {
  element: HTMLElement;
  shown(): void;
  destroy(): void;
}

/** What there is to know about the picked operator: its records, the trace, its columns, its code. */
export class Inspector {
  readonly element: HTMLElement;
  readonly #head = h('div', { class: 'lj-operator' });
  readonly #records: RecordsPane;
  readonly #panes: Record<InspectorTab, Pane>;
  readonly #tabs: TabList<InspectorTab>;
  readonly #unsubscribe: () => void;

  constructor(private readonly session: PlanSession) {
    this.#records = new RecordsPane(session);
    this.#panes = {
      records: this.#records,
      trace: new TracePane(session),
      columns: new ColumnsPane(session),
      code: new CodePane(session),
    };
    const { code } = session.index.plan;
    const tabs = [
      { key: 'records' as const, label: 'Records', panel: this.#panes.records.element },
      { key: 'trace' as const, label: 'Trace', panel: this.#panes.trace.element },
      { key: 'columns' as const, label: 'Columns', panel: this.#panes.columns.element },
      { key: 'code' as const, label: 'Code', panel: this.#panes.code.element },
    ].filter(({ key }) => key !== 'code' || code.original || code.rewritten);
    this.#tabs = tabList<InspectorTab>('Inspector', tabs, (tab) => session.show(tab));
    const panels = tabs.map((tab) => tab.panel);
    this.element = h(
      'div',
      { class: 'lj-inspector' },
      this.#head,
      this.#tabs.element,
      h('div', { class: 'lj-panels' }, ...panels),
    );
    this.#unsubscribe = session.subscribe((state, before) => {
      if (state.operator !== before.operator) this.#title();
      if (state.tab !== before.tab) this.#open();
      this.#tabs.disable('trace', state.trace === null);
    });
    this.#tabs.disable('trace', true);
    this.#title();
    this.#open();
  }

  focusRecords(): void {
    this.session.show('records');
    this.#records.focus();
  }

  /** To be called when the inspector becomes visible. */
  shown(): void {
    this.#panes[this.session.state.tab].shown();
  }

  destroy(): void {
    this.#unsubscribe();
    for (const pane of Object.values(this.#panes)) pane.destroy();
  }

  #title(): void {
    const operator = this.session.index.operator(this.session.state.operator);
    const kind = kindOf(operator.kind);
    this.#head.replaceChildren(
      h('span', { class: 'lj-chip', style: `--c:var(--lj-f-${kind.family.key})` }, kind.glyph),
      h(
        'div',
        { class: 'lj-what' },
        h('b', {}, operator.label),
        h('div', { class: 'lj-sub' }, `${kind.verb} · ${operator.detail}`),
      ),
    );
    this.element.dataset.operator = operator.id;
  }

  #open(): void {
    this.#tabs.select(this.session.state.tab);
    this.#panes[this.session.state.tab].shown();
  }
}
