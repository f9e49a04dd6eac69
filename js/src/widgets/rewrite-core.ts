/** The whole view as one module, loaded once a page. */
import type { Host } from '../host';
import { RewriteView } from '../views/rewrite';

export function render(host: Host, element: HTMLElement): () => void {
  const view = new RewriteView(host);
  element.append(view.element);
  return () => {
    view.destroy();
    view.element.remove();
  };
}
