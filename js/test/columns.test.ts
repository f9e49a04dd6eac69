import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnRole, madeHere, traceColumn, type ColumnTrace } from '../src/lib/columns';
import { PlanIndex } from '../src/lib/plan';
import type { Operator, Plan } from '../src/protocol';
import { plan } from './fixtures';

function operator(id: string, inputs: string[], columns: string[], rest: Partial<Operator> = {}): Operator {
  const blank = { kind: 'extend', label: id, detail: '', rows: 1, exact: true, original: [], rewritten: [] };
  return { ...blank, values: [], controls: [], id, inputs, columns, ...rest };
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
    operator('b', ['a'], ['y', 'x'], { values: [[0, 0, 0], [1, 0, 1]] }), // prettier-ignore
    operator('c', ['b'], ['x'], { values: [[0, 0, 1]] }),
  );
  assert.deepEqual(shown(traceColumn(index, 'c', 0)), { c: [[0], []], b: [[1], []], a: [[1], []] });
  assert.deepEqual(shown(traceColumn(index, 'a', 0)), { a: [[0], []], b: [[0], []] });
});

test('where a column is only a predicate, the trace touches the operator and ends', () => {
  const index = planOf(
    operator('a', [], ['x', 'y']),
    operator('f', ['a'], ['y'], { values: [[0, 0, 1]], controls: [[0, 0]] }),
    operator('g', ['f'], ['y'], { values: [[0, 0, 0]] }),
  );
  const trace = traceColumn(index, 'a', 0);
  assert.equal(columnRole(trace, 'a'), 'value');
  assert.equal(columnRole(trace, 'f'), 'control');
  assert.equal(columnRole(trace, 'g'), null);
});

test('a column that is a value on one way and a key on another is a value', () => {
  const index = planOf(
    operator('a', [], ['x']),
    operator('f', ['a'], ['x'], { values: [[0, 0, 0]], controls: [[0, 0]] }),
  );
  assert.deepEqual(shown(traceColumn(index, 'f', 0)), { f: [[0], []], a: [[0], []] });
});

test('a self-join is followed through both slots', () => {
  const index = planOf(
    operator('a', [], ['k', 'v']),
    operator('j', ['a', 'a'], ['k', 'v_x', 'v_y'], {
      values: [[0, 0, 0], [0, 1, 0], [1, 0, 1], [2, 1, 1]], // prettier-ignore
      controls: [[0, 0], [1, 0]], // prettier-ignore
    }),
  );
  assert.deepEqual(shown(traceColumn(index, 'a', 1)), { a: [[1], []], j: [[1, 2], []] }); // prettier-ignore
  assert.deepEqual(index.readers('a'), ['j']);
});

test('what an operator makes is what is new under its name', () => {
  const index = planOf(
    operator('a', [], ['x', 'y']),
    operator('b', ['a'], ['x', 'y', 'z'], { values: [[0, 0, 0], [1, 0, 0], [2, 0, 1]] }), // prettier-ignore
  );
  assert.deepEqual([...madeHere(index, index.operator('b'))], [1, 2]);
  assert.deepEqual([...madeHere(new PlanIndex(plan()), new PlanIndex(plan()).operator('o3'))], []);
});

test('the result is the last operator that nothing reads', () => {
  assert.equal(new PlanIndex(plan()).result(), 'o3');
  assert.throws(() => new PlanIndex(plan()).operator('o9'), /no operator o9/);
});
