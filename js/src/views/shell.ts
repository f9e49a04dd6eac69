import type { Host } from '../host';
import { h } from '../lib/dom';
import { allFamilies } from '../lib/kinds';
import { followTheme } from '../lib/theme';
import type { Plan, Tab } from '../protocol';
import { PlanView } from './plan';
import { RecordsView } from './records';
import { PlanSession } from './session';
import { tabList, type TabList } from './tabs';

/** What stands in a shell besides the plan and its records. */
export interface Furniture {
  /** What a screen reader calls the whole. */
  name: string;
  /** Between the title and the tabs. */
  badge?: HTMLElement;
  /** Below the heading, above the tabs' panels. */
  notes?: HTMLElement[];
  /** A tab before those of the plan, open for as long as there is no plan. */
  first?: { key: Tab; label: string; panel: HTMLElement };
}

/** The frame of every view: heading, theme, and the tabs Plan | Records, drawn anew when the plan has changed. */
export class Shell {
  readonly element: HTMLElement;
  readonly #title = h('b', { class: 'lj-title' });
  readonly #panels = { plan: h('div'), records: h('div') };
  readonly #tabs: TabList<Tab>;
  readonly #first: Tab;
  readonly #stops: (() => void)[];
  #plan: PlanView | null = null;
  #records: RecordsView | null = null;
  /** What was drawn: a plan is drawn again when it has changed, not when its layout came back. */
  #drawn = '';
  #tab: Tab;

  constructor(
    private readonly host: Host,
    { name, badge, notes = [], first }: Furniture,
  ) {
    const tabs = [
      ...(first ? [first] : []),
      { key: 'plan' as const, label: 'Plan', panel: this.#panels.plan },
      { key: 'records' as const, label: 'Records', panel: this.#panels.records },
    ];
    this.#first = first?.key ?? 'plan';
    this.#tabs = tabList<Tab>(name, tabs, (tab) => this.#open(tab, true));
    this.#tab = host.get('tab');
    const top = [this.#title, badge, h('span', { class: 'lj-gap' }), this.#tabs.element];
    this.element = h(
      'div',
      // JupyterLab's shortcuts (and command-mode letters) must not fire while the user works in here
      { class: 'lj', 'data-lm-suppress-shortcuts': 'true', role: 'region', 'aria-label': `Lester ${name}` },
      h('div', { class: 'lj-top' }, ...top),
      ...notes,
      ...tabs.map((tab) => tab.panel),
    );
    for (const type of ['keydown', 'keyup', 'keypress'])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    this.#stops = [
      followTheme((theme) => this.#paintTheme(theme)),
      host.onChange(['title'], () => this.#say()),
      host.onChange(['plan'], () => this.#drawPlan()),
      host.onChange(['tab'], () => this.#open(host.get('tab'), false)),
    ];
    this.#say();
    this.#drawPlan();
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    this.#plan?.destroy();
    this.#records?.destroy();
  }

  #paintTheme(theme: 'light' | 'dark'): void {
    this.element.dataset.theme = theme;
    for (const family of allFamilies()) this.element.style.setProperty(`--lj-f-${family.key}`, family[theme]);
  }

  #say(): void {
    this.#title.textContent = this.host.get('title');
  }

  #drawPlan(): void {
    const value = this.host.get('plan');
    const plan = 'operators' in value && value.operators.length > 0 ? (value as Plan) : null;
    const drawn = plan ? JSON.stringify({ ...plan, layout: null }) : '';
    if (drawn !== this.#drawn || !plan) {
      this.#drawn = drawn;
      this.#plan?.destroy();
      this.#records?.destroy();
      this.#plan = this.#records = null;
      this.#panels.plan.replaceChildren();
      this.#panels.records.replaceChildren();
      if (plan) {
        const session = new PlanSession(this.host, plan);
        this.#plan = new PlanView(session);
        this.#records = new RecordsView(session);
        this.#panels.plan.append(this.#plan.element);
        this.#panels.records.append(this.#records.element);
      }
    }
    this.#tabs.disable('plan', !plan);
    this.#tabs.disable('records', !plan);
    this.#open(this.#tab, false);
  }

  #open(tab: Tab, chosen: boolean): void {
    this.#tab = tab;
    const shown = this.#plan ? tab : this.#first;
    this.#tabs.select(shown);
    this.element.dataset.tab = shown;
    if (shown === 'plan') this.#plan?.shown();
    if (shown === 'records') this.#records?.shown();
    if (chosen) this.host.remember('tab', tab);
  }
}
