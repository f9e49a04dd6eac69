import { s } from '../../lib/dom';
import type { Arrow } from '../../lib/cards';
import type { PlanIndex } from '../../lib/plan';
import { rowSlots } from '../../lib/tiers';
import type { Direction, LaidOutEdge, Layout } from '../../protocol';

export interface Edge {
  from: string;
  to: string;
  /** Whether it is followed from record to record; what only learns is the end of a record's way. */
  ofRows: boolean;
  fits: boolean;
  group: SVGGElement;
}

const HEAD = 7;

/** Draws the edges: width by the logarithm of the rows, and L or R where one enters a join. */
export function drawEdges(index: PlanIndex, layout: Layout): Edge[] {
  const seen = new Map<string, number>();
  return layout.edges.map((edge) => {
    // two edges between the same cards (a self-join) come in the order of their slots
    const pair = `${edge.from}\0${edge.to}`;
    const nth = seen.get(pair) ?? 0;
    seen.set(pair, nth + 1);
    const { operator, arrows } = index.card(edge.to);
    const arrow = arrows.filter((a) => a.from === edge.from)[nth];
    const fits = arrow?.fits ?? false;
    const ofRows = !fits || rowSlots(operator).every((slot) => operator.fit_slots.includes(slot));
    return {
      from: edge.from,
      to: edge.to,
      ofRows,
      fits,
      group: drawEdge(index, edge, arrow, layout.direction),
    };
  });
}

function drawEdge(
  index: PlanIndex,
  edge: LaidOutEdge,
  arrow: Arrow | undefined,
  direction: Direction,
): SVGGElement {
  const { points } = edge;
  const [x, y] = points.at(-1) ?? [0, 0];
  const [bx, by] = points.at(-2) ?? [x, y - 1];
  const angle = Math.atan2(y - by, x - bx);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const width = 0.9 + 0.5 * Math.log10(Math.max(1, index.operator(edge.from).rows));
  const group = s(
    'g',
    {
      class: 'lj-edge',
      style: `--w:${width.toFixed(2)}px`,
      'data-from': edge.from,
      'data-to': edge.to,
      'data-fits': arrow?.fits,
    },
    s('path', { class: 'lj-line', d: spline(points) }),
    s('path', {
      class: 'lj-head',
      d: `M0,0L-${HEAD},-3.4L-${HEAD},3.4z`,
      // Graphviz stops a little before the card: the head bridges the gap
      transform: `translate(${(x + dx * HEAD).toFixed(1)},${(y + dy * HEAD).toFixed(1)}) rotate(${((angle * 180) / Math.PI).toFixed(1)})`,
    }),
  );
  if (arrow && index.operator(edge.to).kind === 'join') {
    const slot = arrow.slot === 0 ? 'L' : 'R';
    // beside the head, on the outer side; Graphviz ends an edge a little before the card
    const shift = slot === 'L' ? -9 : 9;
    const at = direction === 'TB' ? { x: x + shift, y: y + 1 } : { x: x - 2, y: y + shift + 3 };
    group.append(s('text', { class: 'lj-port', x: at.x.toFixed(1), y: at.y.toFixed(1) }, slot));
  }
  return group;
}

function spline(points: readonly [number, number][]): string {
  const [start, ...rest] = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return `M${start}C${rest.join(' ')}`;
}
