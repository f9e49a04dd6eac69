import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  contentHeight,
  firstRow,
  fullRows,
  lastTop,
  MAX_HEIGHT,
  ROW_HEIGHT,
  scrollTopOf,
} from '../src/lib/scroll';

const viewport = 300;

test('a small table scrolls by pixels', () => {
  const g = { rows: 100, viewport };
  assert.equal(contentHeight(g), 101 * ROW_HEIGHT);
  assert.equal(firstRow(g, 0), 0);
  assert.equal(firstRow(g, 10 * ROW_HEIGHT), 10);
});

test('a table that fits does not scroll', () => {
  const g = { rows: 3, viewport };
  assert.equal(contentHeight(g), viewport);
  assert.equal(firstRow(g, 50), 0);
  assert.equal(scrollTopOf(g, 2), 0);
});

for (const rows of [100, 10_000, 333_332, 333_333, 1_000_000, 50_000_000]) {
  test(`every end of ${rows} rows can be reached`, () => {
    const g = { rows, viewport };
    assert.ok(contentHeight(g) <= MAX_HEIGHT);
    const bottom = contentHeight(g) - viewport;
    assert.equal(firstRow(g, bottom), rows - fullRows(g));
    assert.equal(firstRow(g, bottom + 100), lastTop(g));
    assert.equal(firstRow(g, -5), 0);
  });

  test(`scrolling to a row of ${rows} shows it on top`, () => {
    const g = { rows, viewport };
    for (const part of [0, 0.1, 0.5, 0.77, 0.999]) {
      const row = Math.floor(lastTop(g) * part);
      // beyond the mapping one pixel is several rows: the wanted one is still among those that are seen
      assert.ok(Math.abs(firstRow(g, scrollTopOf(g, row)) - row) <= 1);
    }
    assert.equal(firstRow(g, scrollTopOf(g, rows - 1)), lastTop(g));
  });
}
