import { h, type Child } from '../../lib/dom';
import { lineRange } from '../../lib/format';
import type { Counterexample, Finding, Verification } from '../../protocol';

const SEVERITY = { error: '✗', warning: '!', info: 'i' } as const;

/** What verification found: the row that differs, and every finding with its lines and hint. */
export function evidence(verification: Verification): HTMLElement {
  const { counterexample, findings } = verification;
  return h(
    'div',
    { class: 'lj-evidence' },
    counterexample ? example(counterexample) : null,
    findings.length ? h('ul', { class: 'lj-findings' }, ...findings.map(finding)) : null,
  );
}

function example(found: Counterexample): HTMLElement {
  const said = found.row === null || /\brow\b/.test(found.detail);
  const where = said ? '' : `, row ${found.row?.toLocaleString('en')}`;
  const caption = `Differs on ${found.name}${where}${found.detail ? `: ${found.detail}` : ''}`;
  const [original, rewritten] = differing(found.original_row, found.rewritten_row);
  const row = (name: string, text: string | null, part: [number, number]) =>
    h(
      'tr',
      { 'data-version': name },
      h('th', { scope: 'row' }, name),
      h('td', { dir: 'auto' }, ...(text === null ? [h('i', {}, 'no such row')] : emphasised(text, part))),
    );
  const known = found.original_row !== null || found.rewritten_row !== null;
  return h(
    'div',
    { class: 'lj-example', role: 'group', 'aria-label': 'Counterexample' },
    h('p', {}, caption),
    known
      ? h(
          'table',
          {},
          h(
            'tbody',
            {},
            row('original', found.original_row, original),
            row('rewritten', found.rewritten_row, rewritten),
          ),
        )
      : null,
  );
}

function finding(found: Finding): HTMLElement {
  return h(
    'li',
    { 'data-severity': found.severity, 'data-kind': found.kind },
    h('span', { class: 'lj-severity', 'aria-label': found.severity }, SEVERITY[found.severity]),
    found.lines ? h('b', {}, `${lineRange(found.lines)}: `) : null,
    h('bdi', {}, found.message),
    found.hint ? h('span', { class: 'lj-sub' }, ` Hint: ${found.hint}`) : null,
  );
}

/** The part of each text that the other does not share, as [start, end). */
export function differing(a: string | null, b: string | null): [[number, number], [number, number]] {
  if (a === null || b === null)
    return [
      [0, 0],
      [0, 0],
    ];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [
    [start, a.length - end],
    [start, b.length - end],
  ];
}

function emphasised(text: string, [start, end]: [number, number]): Child[] {
  return [text.slice(0, start), start < end ? h('mark', {}, text.slice(start, end)) : null, text.slice(end)];
}
