/** The whole view as one module, loaded once a page. */
import type { Host } from '../host';
import { RewriteView } from '../views/rewrite';
import { Shell } from '../views/shell';

export function render(host: Host, element: HTMLElement): () => void {
  const view = host.get('tabs').includes('diff') ? new RewriteView(host) : new Shell(host, { name: 'plan' });
  element.append(view.element);
  return () => {
    view.destroy();
    view.element.remove();
  };
}
