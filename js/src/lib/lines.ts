import type { Lines, Operator } from '../protocol';

export type Version = 'original' | 'rewritten';

/** For each line of a version of the code (0-based) the operators it belongs to, in topological order. */
export function operatorsByLine(operators: readonly Operator[], version: Version, lines: number): string[][] {
  const owners: string[][] = Array.from({ length: lines }, () => []);
  for (const operator of operators)
    for (const line of linesOf(operator[version])) owners[line - 1]?.push(operator.id);
  return owners;
}

/** The lines of some spans, 1-based, each once, in order. */
export function linesOf(spans: readonly Lines[]): number[] {
  const found = new Set<number>();
  for (const [first, last] of spans) for (let line = first; line <= last; line++) found.add(line);
  return [...found].sort((a, b) => a - b);
}
