import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, ellipsis, human, lineRange, plainCell, verdict } from '../src/lib/format';
import { kindOf } from '../src/lib/kinds';
import { linesOf, operatorsByLine } from '../src/lib/lines';
import type { Cell, Step, Verification } from '../src/protocol';
import { differing } from '../src/views/diff/evidence';
import { plan, protocol } from './fixtures';

test('counts are written as Python writes them', () => {
  assert.deepEqual([0, 9999, 12_345, 1_250_000].map(human), ['0', '9,999', '12k', '1.25M']);
  assert.deepEqual([counted(1, 'row'), counted(2, 'row')], ['1 row', '2 rows']);
});

test('a verdict names its evidence', () => {
  assert.equal(verdict(protocol<Verification>('verification')), 'Not verified');
  const said = verdict({ verified: true, changed: 24 });
  assert.equal(said, 'Verified: equal on the real inputs and on 24 changed inputs');
});

test('cells tell missing, empty and cut apart', () => {
  const { columns } = protocol<{ columns: Cell[][] }>('page_answer');
  assert.deepEqual(columns[1]?.map(plainCell), ['p', '∅', '']);
  assert.equal(plainCell({ text: 'ab', length: 9 }), 'ab…');
});

test('steps of the progress have a name and a state', () => {
  const states = protocol<Step[]>('progress').map((step) => [typeof step.step, step.state]);
  assert.deepEqual(states, [['string', 'done'], ['string', 'running'], ['string', 'waiting']]); // prettier-ignore
});

test('an ellipsis never cuts a pair of surrogates', () => {
  const width = (text: string) => Array.from(text).length * 10;
  assert.equal(ellipsis('👍👍👍👍', 30, width), '👍👍…');
  assert.equal(ellipsis('abc', 30, width), 'abc');
  assert.equal(ellipsis('abc', 0, width), '…');
});

test('lines find their operators, and operators their lines', () => {
  const { operators } = plan();
  assert.deepEqual(operatorsByLine(operators, 'original', 6), [['o1'], ['o2'], ['o3'], ['o3'], [], ['o3']]);
  assert.deepEqual(linesOf([[6, 6], [3, 4], [4, 5]]), [3, 4, 5, 6]); // prettier-ignore
  assert.deepEqual(operatorsByLine(operators, 'original', 0), []);
  assert.equal(lineRange([3, 3]), 'line 3');
});

test('an unknown kind gets a neutral look under its own name', () => {
  assert.equal(kindOf('join').glyph, '⋈');
  const odd = kindOf('quantum_sort');
  assert.deepEqual([odd.verb, odd.family.key], ['Quantum sort', 'other']);
  assert.equal(kindOf('constructor').family.key, 'other');
});

test('what differs in two rows is what they do not share at either end', () => {
  assert.deepEqual(differing("('a', 'UK')", "('a', 'DE')"), [[7, 9], [7, 9]]); // prettier-ignore
  assert.deepEqual(differing('same', 'same'), [[4, 4], [4, 4]]); // prettier-ignore
  assert.deepEqual(differing('aa', 'aaa'), [[2, 2], [2, 3]]); // prettier-ignore
  assert.deepEqual(differing(null, 'x'), [[0, 0], [0, 0]]); // prettier-ignore
});
