import { s } from '../../lib/dom';
import type { PlanIndex } from '../../lib/plan';
import type { Direction, LaidOutEdge, Layout } from '../../protocol';

export interface Edge {
  from: string;
  to: string;
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
    return { from: edge.from, to: edge.to, group: drawEdge(index, edge, nth, layout.direction) };
  });
}

function drawEdge(index: PlanIndex, edge: LaidOutEdge, nth: number, direction: Direction): SVGGElement {
  const { points } = edge;
  const [x, y] = points.at(-1) ?? [0, 0];
  const [bx, by] = points.at(-2) ?? [x, y - 1];
  const angle = Math.atan2(y - by, x - bx);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const width = 0.9 + 0.5 * Math.log10(Math.max(1, index.operator(edge.from).rows));
  const group = s(
    'g',
    { class: 'lj-edge', style: `--w:${width.toFixed(2)}px`, 'data-from': edge.from, 'data-to': edge.to },
    s('path', { class: 'lj-line', d: spline(points) }),
    s('path', {
      class: 'lj-head',
      d: `M0,0L-${HEAD},-3.4L-${HEAD},3.4z`,
      // Graphviz stops a little before the card: the head bridges the gap
      transform: `translate(${(x + dx * HEAD).toFixed(1)},${(y + dy * HEAD).toFixed(1)}) rotate(${((angle * 180) / Math.PI).toFixed(1)})`,
    }),
  );
  const slot = slotOf(index, edge, nth);
  if (slot) {
    // beside the head, on the outer side; Graphviz ends an edge a little before the card
    const shift = slot === 'L' ? -9 : 9;
    const at = direction === 'TB' ? { x: x + shift, y: y + 1 } : { x: x - 2, y: y + shift + 3 };
    group.append(s('text', { class: 'lj-port', x: at.x.toFixed(1), y: at.y.toFixed(1) }, slot));
  }
  return group;
}

function slotOf(index: PlanIndex, edge: LaidOutEdge, nth: number): 'L' | 'R' | null {
  const target = index.operator(edge.to);
  if (target.kind !== 'join') return null;
  const slots = target.inputs.flatMap((input, slot) => (input === edge.from ? [slot] : []));
  return slots[nth] === 0 ? 'L' : 'R';
}

function spline(points: readonly [number, number][]): string {
  const [start, ...rest] = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return `M${start}C${rest.join(' ')}`;
}
