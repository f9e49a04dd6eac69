import type { Direction, LaidOutEdge, Layout } from '../protocol';

const INCH = 72; // Graphviz writes inches, with y upwards

/** Reads Graphviz's `plain` output. Names and labels may be quoted; a line may go on after a backslash. */
export function parsePlain(text: string, direction: Direction): Layout {
  const layout: Layout = { direction, width: 0, height: 0, nodes: {}, edges: [] };
  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const [kind, ...rest] = tokens(line);
    if (kind === 'graph') {
      layout.width = number(rest[1]) * INCH;
      layout.height = number(rest[2]) * INCH;
    } else if (kind === 'node') {
      const [name = '', x, y, width, height] = rest;
      layout.nodes[name] = [
        number(x) * INCH,
        layout.height - number(y) * INCH,
        number(width) * INCH,
        number(height) * INCH,
      ];
    } else if (kind === 'edge') layout.edges.push(edge(rest, layout.height));
  }
  return layout;
}

function edge([from = '', to = '', count, ...rest]: string[], height: number): LaidOutEdge {
  const points: [number, number][] = [];
  for (let i = 0; i < number(count); i++)
    points.push([number(rest[2 * i]) * INCH, height - number(rest[2 * i + 1]) * INCH]);
  return { from, to, points };
}

function tokens(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)].map(
    (match) => match[2] ?? (match[1] ?? '').replace(/\\(.)/g, '$1'),
  );
}

function number(token: string | undefined): number {
  const value = Number(token);
  if (token === undefined || !Number.isFinite(value)) throw new Error(`Graphviz wrote no number: ${token}`);
  return value;
}
