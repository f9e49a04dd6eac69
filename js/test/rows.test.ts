import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, RowSet } from '../src/lib/rows';
import { view } from './fixtures';

function int32(rows: number[]): DataView {
  return view(new Uint8Array(Int32Array.from(rows).buffer));
}

function bitset(rows: number[], total: number): DataView {
  const bytes = new Uint8Array(Math.ceil(total / 8));
  for (const row of rows) bytes[row >> 3] = (bytes[row >> 3] ?? 0) | (1 << (row & 7));
  return view(bytes);
}

test('contains finds what is there and nothing else', () => {
  const sorted = Int32Array.from([0, 3, 4, 90, 2_000_000]);
  const found = [-1, 0, 1, 3, 4, 5, 90, 91, 2_000_000, 2_000_001].filter((row) => contains(sorted, row));
  assert.deepEqual(found, [0, 3, 4, 90, 2_000_000]);
  assert.equal(contains(new Int32Array(), 0), false);
});

test('both encodings answer alike, for any rows', () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let round = 0; round < 50; round++) {
    const total = 1 + Math.floor(random() * 300);
    const rows = Array.from({ length: total }, (_, i) => i).filter(() => random() < 0.2);
    const a = RowSet.of('int32', int32(rows), rows.length);
    const b = RowSet.of('bitset', bitset(rows, total), rows.length);
    for (let row = 0; row < total; row++) assert.equal(a.has(row), b.has(row));
    assert.equal(a.count, b.count);
    assert.equal(a.first(), b.first());
    assert.equal(a.first(), rows[0] ?? -1);
    assert.deepEqual(a.marks(40, total), b.marks(40, total));
  }
});

test('a buffer need not start at a multiple of four', () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Int32Array.from([5, 6]).buffer), 1);
  const rows = RowSet.of('int32', new DataView(bytes.buffer, 1, 8), 2);
  assert.deepEqual([rows.has(5), rows.has(6), rows.has(7)], [true, true, false]);
});

test('marks reach the first and the last part', () => {
  const rows = RowSet.of('int32', int32([0, 999_999]), 2);
  const marks = rows.marks(100, 1_000_000);
  assert.deepEqual([marks[0], marks[1], marks[98], marks[99]], [1, 0, 0, 1]);
  assert.equal(rows.marks(0, 10).length, 0);
});
