import { s } from '../../lib/dom';
import { ellipsis } from '../../lib/format';
import { kindOf, type Shape } from '../../lib/kinds';
import type { Card } from '../../lib/cards';
import type { Operator } from '../../protocol';
import { tracedText } from '../session';

export const BAND = 28;
const CARD_HEIGHT = 36;
const LINE_HEIGHT = 14;
const MAX_WIDTH = 300;
const MIN_WIDTH = 96;
const LABEL_FONT = '12px';
const DETAIL_FONT = '10.5px';
const HOT_FONT = 'bold 10.5px';

export type Measure = (text: string, font: string) => number;

export interface DrawnCard {
  group: SVGGElement;
  /** The lines of the encoders on it, by operator. */
  lines: Map<string, SVGGElement>;
  /** Replaces the second line; null brings the operator's own back. */
  say(text: string | null): void;
}

/** How large a card must be: wide enough for "▲ 130k of 130k rows" in bold, and with a line for each encoder. */
export function cardSize({ operator, encoders }: Card, measure: Measure): [width: number, height: number] {
  const traced = tracedText(operator, { role: 'back', count: Math.min(operator.rows, 999) });
  const texts = [
    measure(operator.label, LABEL_FONT),
    measure(operator.detail, DETAIL_FONT),
    measure(traced, HOT_FONT),
    ...encoders.map((e) => measure(briefOf(e).join('     '), DETAIL_FONT)),
  ];
  const width = Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, Math.max(...texts) + BAND + 18)));
  return [width, CARD_HEIGHT + (encoders.length ? LINE_HEIGHT * encoders.length + 5 : 0)];
}

function briefOf(encoder: Operator): [string, string] {
  return encoder.brief ?? [encoder.label, ''];
}

/** Draws an operator: silhouette and band by family, glyph, two lines of text, and the share kept by a filter. */
export function drawCard(
  { operator, encoders }: Card,
  [x, y, width, height]: readonly [number, number, number, number],
  kept: number | null,
  measure: Measure,
): DrawnCard {
  const kind = kindOf(operator.kind);
  const room = width - BAND - 13;
  const outline = silhouette(kind.family.shape, width, height);
  const fit = (text: string, font: string) => ellipsis(text, room, (t) => measure(t, font));
  const second = s('text', { class: 'lj-t2', x: BAND + 7, y: 29 }, fit(operator.detail, DETAIL_FONT));
  const group = s(
    'g',
    {
      class: 'lj-op',
      style: `--c:var(--lj-f-${kind.family.key})`,
      transform: `translate(${(x - width / 2).toFixed(1)},${(y - height / 2).toFixed(1)})`,
      tabindex: -1,
      role: 'button',
      'aria-label': sentence(operator),
      'data-operator': operator.id,
      'data-kind': operator.kind,
      'data-shape': kind.family.shape,
      'data-exact': String(operator.exact),
    },
    s('title', {}, sentence(operator)),
    s('path', { class: 'lj-card', d: outline }),
    s('path', { class: 'lj-band', d: bandOf(kind.family.shape, height) }),
    s('path', { class: 'lj-rim', d: outline }),
    s('text', { class: 'lj-glyph', x: kind.family.shape === 'pill' ? 16 : 14, y: 23.5 }, kind.glyph),
    s('text', { class: 'lj-t1', x: BAND + 7, y: 15 }, fit(operator.label, LABEL_FONT)),
    second,
  );
  if (kept !== null) group.append(...keepBar(width, height, kept));
  const lines = new Map(encoders.map((e, i) => [e.id, drawLine(e, i, width, measure)]));
  group.append(...lines.values());
  const say = (text: string | null) => {
    const shown = text === null ? fit(operator.detail, DETAIL_FONT) : fit(text, HOT_FONT);
    if (second.textContent !== shown) second.textContent = shown;
    second.classList.toggle('lj-hot', text !== null);
  };
  return { group, lines, say };
}

/** One encoder on the card of all: what it reads on the left, what it makes on the right. */
function drawLine(encoder: Operator, i: number, width: number, measure: Measure): SVGGElement {
  const [read, made] = briefOf(encoder);
  const y = CARD_HEIGHT + LINE_HEIGHT * i;
  const right = width - 9;
  const room = right - BAND - 13 - measure(made, DETAIL_FONT);
  return s(
    'g',
    { class: 'lj-encoder', 'data-operator': encoder.id },
    s('title', {}, sentence(encoder)),
    s('rect', { x: BAND + 2, y: y - 1, width: width - BAND - 5, height: LINE_HEIGHT, rx: 3 }),
    s(
      'text',
      { class: 'lj-read', x: BAND + 7, y: y + 9.5 },
      ellipsis(read, room, (t) => measure(t, DETAIL_FONT)),
    ),
    s('text', { class: 'lj-made', x: right, y: y + 9.5 }, made),
  );
}

/** What a screen reader says of an operator. */
export function sentence(operator: Operator): string {
  const exact = operator.exact ? '' : '; its lineage is over-approximated';
  return `${kindOf(operator.kind).verb}: ${operator.label}; ${operator.detail}${exact}`;
}

/** The outline that tells a family apart without colour: a pill, a box, or a box with cut corners. */
function silhouette(shape: Shape, w: number, h: number): string {
  const r = h / 2;
  if (shape === 'pill') return `M${r},0H${w - r}A${r},${r} 0 0 1 ${w - r},${h}H${r}A${r},${r} 0 0 1 ${r},0z`;
  if (shape === 'cut') return `M8,0H${w - 8}L${w},9V${h - 9}L${w - 8},${h}H8L0,${h - 9}V9z`;
  return `M5,0H${w - 5}Q${w},0 ${w},5V${h - 5}Q${w},${h} ${w - 5},${h}H5Q0,${h} 0,${h - 5}V5Q0,0 5,0z`;
}

function bandOf(shape: Shape, h: number): string {
  const r = h / 2;
  if (shape === 'pill') return `M${r},0H${BAND}V${h}H${r}A${r},${r} 0 0 1 ${r},0z`;
  if (shape === 'cut') return `M8,0H${BAND}V${h}H8L0,${h - 9}V9z`;
  return `M5,0H${BAND}V${h}H5Q0,${h} 0,${h - 5}V5Q0,0 5,0z`;
}

function keepBar(width: number, height: number, kept: number): SVGRectElement[] {
  const full = width - BAND - 15;
  const at = { x: BAND + 7, y: height - 4, height: 2 };
  return [
    s('rect', { class: 'lj-keep-all', ...at, width: full }),
    s('rect', { class: 'lj-keep', ...at, width: full * Math.min(1, kept) }),
  ];
}
