import type { Operator } from '../protocol';

/** An edge into a card. */
export interface Arrow {
  /** The card it comes from. */
  from: string;
  /** The input slot, where the card is not folded. */
  slot: number;
  /** Whether the card only learns from it. */
  fits: boolean;
}

/** One card of the drawing: an operator, with the encoders that stand on it. */
export interface Card {
  operator: Operator;
  encoders: Operator[];
  arrows: Arrow[];
}

/** The cards of a plan, inputs first; `widgets/folded.py` is the same in Python. */
export function cardsOf(operators: readonly Operator[]): Card[] {
  const on = new Map(operators.map((o) => [o.id, o.card]));
  const encoders = new Map<string, Operator[]>();
  for (const o of operators) if (o.card !== o.id) encoders.set(o.card, [...(encoders.get(o.card) ?? []), o]);
  const cards = operators
    .filter((o) => o.card === o.id)
    .map((operator) => {
      const own = encoders.get(operator.id) ?? [];
      return { operator, encoders: own, arrows: arrows(operator, own, on) };
    });
  return sorted(cards);
}

/** Cards, each after those it reads: a folded one stands where its last operator does, which may be too late. */
function sorted(cards: readonly Card[]): Card[] {
  const byId = new Map(cards.map((card) => [card.operator.id, card]));
  const done = new Set<Card>();
  const put = (card: Card) => {
    for (const { from } of card.arrows) {
      const before = byId.get(from);
      if (before && !done.has(before)) put(before);
    }
    done.add(card);
  };
  cards.forEach(put);
  return [...done];
}

/** Edges into a card; encoders' edges once, and none for learning from what is read in any case. */
function arrows(operator: Operator, encoders: Operator[], on: ReadonlyMap<string, string>): Arrow[] {
  const found = [operator, ...encoders].flatMap((o) =>
    o.inputs.map((input, slot) => ({ from: on.get(input) ?? input, slot, fits: o.fit_slots.includes(slot) })),
  );
  const read = new Set(found.filter((a) => !a.fits).map((a) => a.from));
  const kept = found.filter((a) => a.from !== operator.id && !(a.fits && read.has(a.from)));
  if (encoders.length === 0) return kept;
  return kept.filter((a, i) => kept.findIndex((b) => b.from === a.from && b.fits === a.fits) === i);
}
