import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { replaceCell } from './apply';
import { RecordOrView, VIEW_MIMES } from './record';

/** Fired by a rewrite view when the user accepts; preventing its default says that the code stands in the cell. */
const APPLY = 'lester-jupyter:apply';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'lester-jupyter:plugin',
  description:
    'Puts accepted rewrites into their cells, and shows the record of a rewrite whose kernel is gone.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [IRenderMimeRegistry],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker, registry: IRenderMimeRegistry | null) => {
    document.addEventListener(APPLY, (event) => {
      const { target, detail } = event as CustomEvent<{ code: string }>;
      if (target instanceof Node && replaceCell(tracker, target, detail.code)) event.preventDefault();
    });
    // before the widget's own renderer (rank -10), which knows nothing to show once the kernel is gone
    registry?.addFactory(
      {
        safe: true,
        mimeTypes: VIEW_MIMES,
        defaultRank: -20,
        createRenderer: () => new RecordOrView(registry, tracker),
      },
      -20,
    );
  },
};

export default plugin;
