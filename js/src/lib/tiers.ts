import type { Operator, Role } from '../protocol';
import type { PlanIndex } from './plan';

/** Operators that make one row of many: what lies beyond them is connected with a record, but not it alone. */
const MERGING: ReadonlySet<string> = new Set(['aggregate', 'fit_model', 'score']);

/** The slots whose rows become an operator's rows; all, for what only learns. */
export function rowSlots(operator: Operator): number[] {
  const slots = [...operator.inputs.keys()];
  const read = slots.filter((slot) => !operator.fit_slots.includes(slot));
  return read.length > 0 ? read : slots;
}

/**
 * The operators that a trace reaches by at least one way without an aggregate or a fit in between. Of the other ones
 * the record is but one of many that shaped what is there.
 */
export function reachedDirectly(index: PlanIndex, roles: ReadonlyMap<string, Role>): Set<string> {
  const direct = new Set([...roles].filter(([, role]) => role === 'self').map(([id]) => id));
  const read = (operator: Operator) => rowSlots(operator).map((slot) => operator.inputs[slot] ?? '');
  for (const operator of index.operators)
    if (roles.get(operator.id) === 'forward' && !MERGING.has(operator.kind))
      if (read(operator).some((input) => direct.has(input) && roles.get(input) !== 'back'))
        direct.add(operator.id);
  for (const operator of [...index.operators].reverse())
    if (direct.has(operator.id) && roles.get(operator.id) !== 'forward' && !MERGING.has(operator.kind))
      for (const input of read(operator)) if (roles.get(input) === 'back') direct.add(input);
  return direct;
}
