import type { Host } from '../../host';
import { h } from '../../lib/dom';
import type { Status, Verification } from '../../protocol';
import { DiffEditor } from './editor';
import { evidence } from './evidence';

const DECIDED: readonly Status[] = ['accepted', 'rejected'];

/** Original against rewritten, editable, with the evidence, and what to do about it. */
export class DiffView {
  readonly element: HTMLElement;
  readonly #editor: DiffEditor;
  readonly #evidence = h('div');
  readonly #note = h('span', { class: 'lj-sub', role: 'status', 'aria-live': 'polite' });
  readonly #code = h('div');
  readonly #hint: HTMLInputElement;
  readonly #accept: HTMLButtonElement;
  readonly #reject: HTMLButtonElement;
  readonly #retry: HTMLButtonElement;
  readonly #stops: (() => void)[];
  #shown = '';

  constructor(private readonly host: Host) {
    this.#editor = new DiffEditor(() => this.#say());
    const button = (label: string, kind: string, act: () => void) =>
      h(
        'button',
        { type: 'button', class: `lj-button ${kind}`, 'data-action': label.toLowerCase(), onclick: act },
        label,
      );
    this.#accept = button('Accept', 'lj-primary', () => this.#doAccept());
    this.#reject = button('Reject', '', () => void this.#send(() => host.ask('reject', {})));
    this.#retry = button('Retry', '', () => this.#doRetry());
    this.#hint = h('input', {
      class: 'lj-hint',
      type: 'text',
      placeholder: 'Hint for the next attempt',
      'aria-label': 'Hint for the next attempt',
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && !this.#retry.disabled) this.#doRetry();
      },
    });
    const actions = h(
      'div',
      { class: 'lj-actions', role: 'toolbar', 'aria-label': 'What to do with the rewrite' },
      this.#accept,
      this.#reject,
      this.#hint,
      this.#retry,
      this.#note,
    );
    this.element = h('div', { class: 'lj-diff' }, this.#evidence, actions, this.#code);
    this.#stops = [
      host.onChange(['original', 'rewritten', 'status'], () => this.#draw()),
      host.onChange(['verification'], () => this.#drawEvidence()),
    ];
    this.#draw();
    this.#drawEvidence();
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    this.#editor.destroy();
  }

  #draw(): void {
    const { host } = this;
    const [original, rewritten, status] = [host.get('original'), host.get('rewritten'), host.get('status')];
    const open = !DECIDED.includes(status) && status !== 'working';
    this.#accept.disabled = !open || !rewritten;
    this.#reject.disabled = !open || !rewritten;
    this.#retry.disabled = this.#hint.disabled = !open;
    const shown = JSON.stringify([original, rewritten, open]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      if (rewritten) {
        this.#editor.show(original, rewritten, open);
        this.#code.replaceChildren(this.#editor.element);
      } else this.#code.replaceChildren(plainCode(original));
    }
    this.#say();
  }

  #drawEvidence(): void {
    const verification = this.host.get('verification');
    const parts = 'verified' in verification ? [evidence(verification as Verification)] : [];
    this.#evidence.replaceChildren(...parts);
  }

  #say(): void {
    const rewritten = this.host.get('rewritten');
    const edited = rewritten !== '' && this.#editor.code !== rewritten && !this.#accept.disabled;
    this.element.toggleAttribute('data-edited', edited);
    this.#note.textContent = edited ? 'Edited by you: your version has not been verified.' : '';
  }

  #doAccept(): void {
    const code = this.#editor.code;
    const placed = this.host.place(code);
    void this.#send(() => this.host.ask('accept', { code, placed }));
  }

  #doRetry(): void {
    const code = this.#editor.code || this.host.get('original');
    void this.#send(() => this.host.ask('retry', { hint: this.#hint.value, code }));
  }

  async #send(ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      this.#note.textContent = `${(error as Error).message}`;
    }
  }
}

function plainCode(code: string): HTMLElement {
  return h('pre', { class: 'lj-plaincode', tabindex: 0 }, code);
}
