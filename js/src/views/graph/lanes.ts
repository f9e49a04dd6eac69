import type { Card } from '../../lib/cards';
import { s } from '../../lib/dom';
import type { Layout } from '../../protocol';

const PAD = 9;
const TITLE = 15;

/** The sides of a split as fields behind their cards. */
export function drawLanes(cards: readonly Card[], layout: Layout): SVGGElement[] {
  const lanes = new Set(cards.flatMap((card) => card.operator.lane ?? []));
  return [...lanes].flatMap((lane) => {
    const boxes = cards
      .filter((card) => card.operator.lane === lane)
      .flatMap((card) => [layout.nodes[card.operator.id]].filter((box) => box !== undefined));
    if (boxes.length < 2) return []; // one card is a side by itself
    const left = Math.min(...boxes.map(([x, , width]) => x - width / 2)) - PAD;
    const right = Math.max(...boxes.map(([x, , width]) => x + width / 2)) + PAD;
    const top = Math.min(...boxes.map(([, y, , height]) => y - height / 2)) - TITLE;
    const bottom = Math.max(...boxes.map(([, y, , height]) => y + height / 2)) + PAD;
    return [
      s(
        'g',
        { class: 'lj-lane', 'data-lane': lane },
        s('rect', { x: left, y: top, width: right - left, height: bottom - top, rx: 6 }),
        s('text', { x: left + 7, y: top + 11 }, lane),
      ),
    ];
  });
}
