import type { INotebookTracker } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

/** One of these stands in the output of every view, so that this renderer is asked before the widget's own. */
export const VIEW_MIMES = ['application/vnd.lester.rewrite+json', 'application/vnd.lester.plan+json'];
const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';
/** The live view, or what stands for it while it loads. */
const LIVE = '.lj, .lj-plain';
/**
 * ipywidgets binds its manager to a notebook's registry some ticks after the session is ready; a renderer made
 * earlier waits for ever. So it is made anew a few times, after these milliseconds.
 */
const TRIES = [50, 400, 1500, 4000];

/** The live view while its model exists in the kernel, and the record from the notebook otherwise. */
export class RecordOrView extends Panel implements IRenderMime.IRenderer {
  #attach: () => void = () => undefined;
  readonly #attached = new Promise<void>((resolve) => (this.#attach = resolve));
  /** Counts the outputs rendered: what was begun for an earlier one stops. */
  #turn = 0;
  /** The model of the live view that is shown. */
  #live: string | undefined;

  constructor(
    private readonly registry: IRenderMimeRegistry,
    private readonly tracker: INotebookTracker,
  ) {
    super();
    this.addClass('lester-output');
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.#attach();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { model_id: id } = (model.data[WIDGET_MIME] ?? {}) as { model_id?: string };
    // the same view with a newer record: what the user looks at stays as it is
    if (id !== undefined && id === this.#live) return;
    const turn = ++this.#turn;
    this.#live = undefined;
    for (const widget of [...this.widgets]) widget.dispose();
    const record = this.registry.createRenderer('text/html');
    this.addWidget(record);
    await record.renderModel(model);
    this.node.dataset.state = 'record';
    // not awaited: the output is complete as it stands, and the live view may never come
    if (id !== undefined) void this.#goLive(model, record, turn, id);
  }

  async #goLive(
    model: IRenderMime.IMimeModel,
    record: IRenderMime.IRenderer,
    turn: number,
    id: string,
  ): Promise<void> {
    await this.#attached;
    const notebook = this.tracker.find((panel) => panel.node.contains(this.node));
    if (!notebook) return;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    for (const patience of TRIES) {
      const registry = notebook.content.rendermime;
      if (this.isDisposed || turn !== this.#turn || !registry.getFactory(WIDGET_MIME)) return;
      const live = registry.createRenderer(WIDGET_MIME);
      live.node.style.cssText = 'height:0;overflow:hidden;visibility:hidden';
      this.addWidget(live);
      const shown = await appears(live, model, patience);
      if (this.isDisposed || turn !== this.#turn) return;
      if (shown) {
        record.dispose();
        live.node.style.cssText = '';
        this.node.dataset.state = 'live';
        this.#live = id;
        return;
      }
      live.dispose();
    }
  }
}

/** Whether a live view shows up within some time. */
function appears(
  live: IRenderMime.IRenderer,
  model: IRenderMime.IMimeModel,
  patience: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const check = () => {
      if (live.node.querySelector(LIVE)) done(true);
    };
    const observer = new MutationObserver(check);
    const timer = setTimeout(() => done(false), patience + 400);
    const done = (shown: boolean) => {
      observer.disconnect();
      clearTimeout(timer);
      resolve(shown);
    };
    observer.observe(live.node, { childList: true, subtree: true });
    live.renderModel(model).then(check, () => done(false));
  });
}
