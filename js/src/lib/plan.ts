import type { Operator, Plan } from '../protocol';
import { cardsOf, type Card } from './cards';

/** A plan with the look-ups that drawing and tracing need. */
export class PlanIndex {
  readonly operators: readonly Operator[];
  readonly cards: readonly Card[];
  /** Position of each operator in topological order. */
  readonly position = new Map<string, number>();
  readonly #byId = new Map<string, Operator>();
  readonly #readers = new Map<string, string[]>();
  readonly #cards = new Map<string, Card>();

  constructor(readonly plan: Plan) {
    this.operators = plan.operators;
    this.cards = cardsOf(plan.operators);
    this.operators.forEach((operator, i) => {
      this.#byId.set(operator.id, operator);
      this.#readers.set(operator.id, []);
      this.position.set(operator.id, i);
    });
    for (const card of this.cards)
      for (const { id } of [card.operator, ...card.encoders]) this.#cards.set(id, card);
    for (const operator of this.operators)
      for (const input of new Set(operator.inputs)) this.#readers.get(input)?.push(operator.id);
  }

  operator(id: string): Operator {
    const found = this.#byId.get(id);
    if (!found) throw new Error(`The plan has no operator ${id}.`);
    return found;
  }

  /** The card that an operator is drawn on. */
  card(id: string): Card {
    const found = this.#cards.get(id);
    if (!found) throw new Error(`The plan has no operator ${id}.`);
    return found;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Operators that read this one, in topological order, each once. */
  readers(id: string): readonly string[] {
    return this.#readers.get(id) ?? [];
  }

  /** What a column is called: its name, or its number where the plan names only the first ones. */
  columnName(id: string, column: number): string {
    return this.#byId.get(id)?.columns[column] ?? `column ${column + 1}`;
  }

  /** The operator whose table is the result: the last one that nothing reads. */
  result(): string {
    const ends = this.operators.filter((o) => this.readers(o.id).length === 0);
    return (ends.at(-1) ?? this.operators.at(-1))?.id ?? '';
  }
}
