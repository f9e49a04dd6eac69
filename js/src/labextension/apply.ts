import type { INotebookTracker } from '@jupyterlab/notebook';

/** Where the messy cell is kept once the rewrite stands in its place. */
const METADATA = 'lester';
const MAGIC = /^\s*%%lester\b/;

/**
 * Puts accepted code in place of the `%%lester` cell that a node belongs to. The editor's undo brings the former
 * text back; it is kept in the cell's metadata as well.
 *
 * @returns whether there was such a cell.
 */
export function replaceCell(tracker: INotebookTracker, node: Node, code: string): boolean {
  const panel = tracker.find((widget) => widget.node.contains(node));
  const cell = panel?.content.widgets.find((widget) => widget.node.contains(node));
  if (!cell || cell.model.type !== 'code') return false;
  const original = cell.model.sharedModel.getSource();
  if (!MAGIC.test(original)) return false;
  cell.model.sharedModel.setSource(code.replace(/\n+$/, ''));
  cell.model.setMetadata(METADATA, { original });
  return true;
}
