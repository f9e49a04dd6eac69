import type { Host } from '../host';
import { h, mark } from '../lib/dom';
import { verdict } from '../lib/format';
import type { Status, Verification } from '../protocol';
import { DiffView } from './diff/diff';
import { progressList } from './diff/progress';
import { Shell } from './shell';

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
  readonly #message = h('p', { class: 'lj-message', role: 'status', 'aria-live': 'polite' });
  readonly #progress = h('div');
  readonly #shell: Shell;
  readonly #diff: DiffView;
  readonly #stop: () => void;

  constructor(private readonly host: Host) {
    this.#diff = new DiffView(host);
    this.#shell = new Shell(host, {
      name: 'rewrite',
      badge: this.#badge,
      notes: [this.#message, this.#progress],
      first: { key: 'diff', label: 'Diff', panel: h('div', {}, this.#diff.element) },
    });
    this.element = this.#shell.element;
    this.#stop = host.onChange(['status', 'verification', 'message', 'progress'], () => this.#say());
    this.#say();
  }

  destroy(): void {
    this.#stop();
    this.#shell.destroy();
    this.#diff.destroy();
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
    this.#message.textContent = host.get('message');
    this.#message.hidden = !host.get('message');
    const busy = status === 'working' || status === 'failed';
    this.#progress.replaceChildren(...(busy && steps.length ? [progressList(steps)] : []));
  }
}
