/**
 * The module that anywidget keeps with every widget, and saves into notebooks: as small as can be. The view itself
 * (`rewrite-core.js`) comes from the kernel once a page.
 */
import type { AnyModel } from '@anywidget/types';
import { h } from '../lib/dom';
import { shared } from '../lib/shared';
import type { State } from '../protocol';
import { WidgetHost } from './host';

declare const __BUILD__: string;

interface Core {
  render(host: WidgetHost, element: HTMLElement): () => void;
}

const PATIENCE = 600; // milliseconds before the code is shown as it is

type Model = AnyModel<State & Record<string, unknown>>;

async function render({ model, el }: { model: Model; el: HTMLElement }): Promise<() => void> {
  const host = new WidgetHost(model, el, __BUILD__);
  // at once: whoever waits for a live view (our renderer in JupyterLab) must not take a slow one for none
  el.replaceChildren(h('div', { class: 'lj-plain' }));
  const slow = setTimeout(() => el.replaceChildren(plain(host, 'Loading the view…')), PATIENCE);
  try {
    const core = await load(host);
    clearTimeout(slow);
    el.replaceChildren();
    const stop = core.render(host, el);
    return () => {
      stop();
      host.destroy();
    };
  } catch (error) {
    clearTimeout(slow);
    el.replaceChildren(plain(host, (error as Error).message));
    return () => host.destroy();
  }
}

/** Imports the view once a page. */
function load(host: WidgetHost): Promise<Core> {
  return shared(`core ${__BUILD__}`, async () => {
    const source = await host.asset('rewrite-core.js');
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    try {
      return (await import(/* @vite-ignore */ url)) as Core;
    } finally {
      URL.revokeObjectURL(url);
    }
  });
}

/** What can be shown without the view: what it is about, and the code. */
function plain(host: WidgetHost, note: string): HTMLElement {
  const code = host.get('tabs').includes('diff') ? host.get('rewritten') || host.get('original') : '';
  return h('div', { class: 'lj-plain' }, h('p', {}, `${host.get('title')} ${note}`), h('pre', {}, code));
}

export default { render };
