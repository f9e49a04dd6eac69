import type { Direction } from '../protocol';

export interface SizedNode {
  id: string;
  width: number;
  height: number;
  inputs: readonly string[];
  /** Nodes of one lane stand together. */
  lane: string | null;
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
const inches = (pixels: number) => (pixels / 72).toFixed(4);

/**
 * Writes the graph for Graphviz: boxes of fixed sizes, no text, because the text is drawn (and measured) here.
 * The order of the edges follows the slots, so that a join's left input tends to stand on the left.
 */
export function toDot(nodes: readonly SizedNode[], direction: Direction): string {
  const gap = direction === 'TB' ? 'nodesep=0.28 ranksep=0.3' : 'nodesep=0.2 ranksep=0.42';
  const lines = [
    `digraph { rankdir=${direction} ${gap} ordering=in`,
    'node [shape=box fixedsize=true label=""]',
  ];
  for (const node of nodes)
    lines.push(`${quoted(node.id)} [width=${inches(node.width)} height=${inches(node.height)}]`);
  for (const lane of new Set(nodes.flatMap((n) => n.lane ?? []))) {
    const members = nodes.filter((n) => n.lane === lane).map((n) => quoted(n.id));
    // the label keeps room for the lane's name
    lines.push(`subgraph ${quoted(`cluster_${lane}`)} { margin=12 label=" " fontsize=11 ${members.join(' ')} }`);
  }
  for (const node of nodes)
    for (const input of node.inputs) lines.push(`${quoted(input)} -> ${quoted(node.id)}`);
  return [...lines, '}'].join('\n');
}
