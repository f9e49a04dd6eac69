import type { Host } from '../host';
import { h, mark } from '../lib/dom';
import { verdict } from '../lib/format';
import { allFamilies } from '../lib/kinds';
import { followTheme } from '../lib/theme';
import type { Plan, Status, Tab, Verification } from '../protocol';
import { DiffView } from './diff/diff';
import { progressList } from './diff/progress';
import { PlanView } from './plan';
import { RecordsView } from './records';
import { PlanSession } from './session';
import { tabList, type TabList } from './tabs';

const SAID: Record<Status, string> = {
  working: 'Working…',
  verified: 'Verified',
  unverified: 'Not verified',
  refused: 'Not rewritten',
  failed: 'Failed',
  accepted: 'Accepted',
  rejected: 'Rejected',
};

/** The whole of a rewrite: its state, and Diff | Plan | Records. */
export class RewriteView {
  readonly element: HTMLElement;
  readonly #badge = h('span', { class: 'lj-badge', role: 'status', 'aria-live': 'polite' });
  readonly #title = h('b', { class: 'lj-title' });
  readonly #message = h('p', { class: 'lj-message', role: 'status', 'aria-live': 'polite' });
  readonly #progress = h('div');
  readonly #panels: Record<Tab, HTMLElement>;
  readonly #tabs: TabList<Tab>;
  readonly #diff: DiffView;
  readonly #stops: (() => void)[];
  #plan: PlanView | null = null;
  #records: RecordsView | null = null;
  /** What was drawn: a plan is drawn again when it has changed, not when its layout came back. */
  #drawn = '';
  #tab: Tab;

  constructor(private readonly host: Host) {
    this.#diff = new DiffView(host);
    this.#panels = { diff: h('div'), plan: h('div'), records: h('div') };
    this.#panels.diff.append(this.#diff.element);
    this.#tabs = tabList<Tab>(
      'Rewrite',
      [
        { key: 'diff', label: 'Diff', panel: this.#panels.diff },
        { key: 'plan', label: 'Plan', panel: this.#panels.plan },
        { key: 'records', label: 'Records', panel: this.#panels.records },
      ],
      (tab) => this.#open(tab, true),
    );
    this.#tab = host.get('tab');
    this.element = h(
      'div',
      // JupyterLab's shortcuts (and command-mode letters) must not fire while the user works in here
      { class: 'lj', 'data-lm-suppress-shortcuts': 'true', role: 'region', 'aria-label': 'Lester rewrite' },
      h(
        'div',
        { class: 'lj-top' },
        this.#title,
        this.#badge,
        h('span', { class: 'lj-gap' }),
        this.#tabs.element,
      ),
      this.#message,
      this.#progress,
      ...Object.values(this.#panels),
    );
    for (const type of ['keydown', 'keyup', 'keypress'])
      this.element.addEventListener(type, (event) => event.stopPropagation());
    this.#stops = [
      followTheme((theme) => this.#paintTheme(theme)),
      host.onChange(['status', 'verification', 'message', 'title', 'progress'], () => this.#say()),
      host.onChange(['plan'], () => this.#drawPlan()),
      host.onChange(['tab'], () => this.#open(host.get('tab'), false)),
    ];
    this.#say();
    this.#drawPlan();
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    this.#diff.destroy();
    this.#plan?.destroy();
    this.#records?.destroy();
  }

  #paintTheme(theme: 'light' | 'dark'): void {
    this.element.dataset.theme = theme;
    for (const family of allFamilies()) this.element.style.setProperty(`--lj-f-${family.key}`, family[theme]);
  }

  #say(): void {
    const { host } = this;
    const [status, verification, steps] = [
      host.get('status'),
      host.get('verification'),
      host.get('progress'),
    ];
    const judged = 'verified' in verification ? (verification as Verification) : null;
    const evidence = judged && !['working', 'refused', 'failed'].includes(status) ? verdict(judged) : '';
    const said = SAID[status];
    this.#badge.textContent =
      !evidence || evidence.startsWith(said) ? evidence || said : `${said} · ${evidence}`;
    mark(this.element, 'data-status', status);
    mark(this.element, 'data-verified', judged ? String(judged.verified) : null);
    this.#title.textContent = host.get('title');
    this.#message.textContent = host.get('message');
    this.#message.hidden = !host.get('message');
    const busy = status === 'working' || status === 'failed';
    this.#progress.replaceChildren(...(busy && steps.length ? [progressList(steps)] : []));
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
    const shown = this.#plan ? tab : 'diff';
    this.#tabs.select(shown);
    this.element.dataset.tab = shown;
    if (shown === 'plan') this.#plan?.shown();
    if (shown === 'records') this.#records?.shown();
    if (chosen) this.host.remember('tab', tab);
  }
}
