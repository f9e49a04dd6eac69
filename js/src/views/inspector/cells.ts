import { h } from '../../lib/dom';
import { MISSING } from '../../lib/format';
import type { Cell } from '../../protocol';

/** Shows one value as text: missing, empty, cut and plain ones look different. */
export function cellNodes(cell: Cell): Node[] {
  if (cell === null) return [h('span', { class: 'lj-missing', title: 'missing' }, MISSING)];
  if (typeof cell === 'string') {
    if (cell === '') return [h('span', { class: 'lj-missing', title: 'empty text' }, '""')];
    return [document.createTextNode(cell)];
  }
  const more = `… ${cell.length.toLocaleString('en')} characters`;
  return [document.createTextNode(cell.text), h('span', { class: 'lj-missing' }, more)];
}
