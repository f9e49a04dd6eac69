import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellRole, columnRole, madeHere, traceColumn, type ColumnTrace } from '../src/lib/columns';
import { PlanIndex } from '../src/lib/plan';
import type { Operator, Plan } from '../src/protocol';
import { plan, protocol } from './fixtures';

function operator(id: string, inputs: string[], columns: string[], rest: Partial<Operator> = {}): Operator {
  const look = { kind: 'extend', label: id, detail: '', rows: 1, exact: true, original: [], rewritten: [] };
  const place = { card: id, brief: null, lane: null, fit_slots: [] };
  const lineage = { values: [], fits: [], own_controls: [], controls: [] };
  return { ...look, ...place, ...lineage, id, inputs, columns, width: columns.length, ...rest };
}

function planOf(...operators: Operator[]): PlanIndex {
  return new PlanIndex({ ...plan(), operators } satisfies Plan);
}

function shown(trace: ColumnTrace): Record<string, [number[], number[]]> {
  return Object.fromEntries([...trace.hits].map(([id, hit]) => [id, [[...hit.values], [...hit.controls]]]));
}

test('the example plan: a key is a value from both sides and decides on the rows of both', () => {
  const index = new PlanIndex(plan());
  assert.deepEqual(shown(traceColumn(index, 'o1', 1)), { o1: [[1], []], o3: [[1], []] });
  assert.deepEqual(shown(traceColumn(index, 'o3', 2)), { o3: [[2], []], o2: [[1], [0]], o1: [[], [0]] });
});

test('a column is followed through renames and swaps by position', () => {
  const index = planOf(
    operator('a', [], ['x', 'y']),
    operator('b', ['a'], ['y', 'x'], { values: [[0, 0, 0, 1], [1, 0, 1, 1]] }), // prettier-ignore
    operator('c', ['b'], ['x'], { values: [[0, 0, 1, 1]] }),
  );
  assert.deepEqual(shown(traceColumn(index, 'c', 0)), { c: [[0], []], b: [[1], []], a: [[1], []] });
  assert.deepEqual(shown(traceColumn(index, 'a', 0)), { a: [[0], []], b: [[0], []] });
});

test('where a column is only a predicate, the trace touches the operator and ends', () => {
  const index = planOf(
    operator('a', [], ['x', 'y']),
    operator('f', ['a'], ['y'], { values: [[0, 0, 1, 1]], controls: [[0, 0]] }),
    operator('g', ['f'], ['y'], { values: [[0, 0, 0, 1]] }),
  );
  const trace = traceColumn(index, 'a', 0);
  assert.equal(columnRole(trace, 'a'), 'value');
  assert.equal(columnRole(trace, 'f'), 'control');
  assert.equal(columnRole(trace, 'g'), null);
});

test('a column that is a value on one way and a key on another is a value', () => {
  const index = planOf(
    operator('a', [], ['x']),
    operator('f', ['a'], ['x'], { values: [[0, 0, 0, 1]], controls: [[0, 0]] }),
  );
  assert.deepEqual(shown(traceColumn(index, 'f', 0)), { f: [[0], []], a: [[0], []] });
});

test('a self-join is followed through both slots', () => {
  const index = planOf(
    operator('a', [], ['k', 'v']),
    operator('j', ['a', 'a'], ['k', 'v_x', 'v_y'], {
      values: [[0, 0, 0, 1], [0, 1, 0, 1], [1, 0, 1, 1], [2, 1, 1, 1]], // prettier-ignore
      controls: [[0, 0], [1, 0]], // prettier-ignore
    }),
  );
  assert.deepEqual(shown(traceColumn(index, 'a', 1)), { a: [[1], []], j: [[1, 2], []] }); // prettier-ignore
  assert.deepEqual(index.readers('a'), ['j']);
});

test('what an operator makes is what is new under its name', () => {
  const index = planOf(
    operator('a', [], ['x', 'y']),
    operator('b', ['a'], ['x', 'y', 'z'], { values: [[0, 0, 0, 1], [1, 0, 0, 1], [2, 0, 1, 1]] }), // prettier-ignore
  );
  assert.deepEqual([...madeHere(index, index.operator('b'))], [1, 2]);
  assert.deepEqual([...madeHere(new PlanIndex(plan()), new PlanIndex(plan()).operator('o3'))], []);
});

test('the result is the last operator that nothing reads', () => {
  assert.equal(new PlanIndex(plan()).result(), 'o3');
  assert.throws(() => new PlanIndex(plan()).operator('o9'), /no operator o9/);
});

test('a column is followed through features by ranges, and only as learned through a fit', () => {
  const index = new PlanIndex(protocol<Plan>('plan_learning'));
  // the country: values of the train and test features 0 and 1, shaped what was learned, touches the model as learned
  const down = traceColumn(index, 'o1', 0);
  assert.deepEqual([...(down.hits.get('o6')?.values ?? [])], [0, 1]);
  assert.deepEqual([...(down.hits.get('o10')?.values ?? [])], [0, 1]);
  assert.deepEqual(
    ['o4', 'o5', 'o7', 'o11', 'o12'].map((id) => columnRole(down, id)),
    ['value', null, 'fit', 'value', 'value'],
  );
  // the prediction: computed from the test part, learned from the train part and its label
  const up = traceColumn(index, 'o11', 0);
  assert.deepEqual(
    ['o10', 'o8', 'o3', 'o7', 'o6', 'o4', 'o2', 'o12'].map((id) => columnRole(up, id)),
    ['value', 'value', 'value', 'fit', 'fit', 'fit', 'fit', 'value'],
  );
  assert.deepEqual(
    [0, 1, 2].map((column) => cellRole(up.hits.get('o1'), column)),
    ['value', 'value', 'fit'],
  );
});

test('a column of 50,000 is found by its range', () => {
  const many = Array.from({ length: 200 }, (_, i) => `t_${i}`);
  const index = planOf(
    operator('a', [], ['text', 'other']),
    operator('e', ['a'], many, { width: 50_000, values: [[0, 0, 0, 50_000, 1]] }),
    operator('x', ['e'], many, { width: 50_000, values: [[0, 0, 0, 50_000]] }),
    operator('p', ['x'], ['prediction'], { values: [[0, 0, 0, 1, 50_000]] }),
  );
  const trace = traceColumn(index, 'p', 0);
  assert.equal(trace.hits.get('x')?.values.size, 50_000);
  assert.deepEqual(shown(trace).a, [[0], []]);
  assert.equal(traceColumn(index, 'x', 49_999).hits.get('e')?.values.has(49_999), true);
  assert.equal(index.columnName('x', 49_999), 'column 50000');
});
