import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pages, type Selection } from '../src/lib/pages';
import type { Answer } from '../src/protocol';

function served(total: number): {
  calls: number[];
  fetch: (offset: number, limit: number, s: Selection) => Promise<Answer<'page'>>;
} {
  const calls: number[] = [];
  return {
    calls,
    fetch: (offset, limit) => {
      calls.push(offset);
      const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i);
      const columns = [rows.map((row) => `v${row}`)];
      return Promise.resolve({ rows, total, names: ['v'], columns, numeric: [false], buffers: [] });
    },
  };
}

test('a page is asked for once, however often it is needed', async () => {
  const { calls, fetch } = served(1000);
  const pages = new Pages({ table: 'o1', within: null }, fetch);
  await Promise.all([pages.need(0, 10), pages.need(5, 20)]);
  assert.equal(await pages.need(0, 199), false);
  assert.deepEqual(calls, [0]);
  assert.deepEqual(pages.at(7), { row: 7, cells: ['v7'] });
  assert.equal(pages.at(200), null);
});

test('rows over a border need two pages', async () => {
  const { calls, fetch } = served(1000);
  await new Pages({ table: 'o1', within: null }, fetch).need(190, 210);
  assert.deepEqual(calls, [0, 200]);
});

test('what is far away is forgotten', async () => {
  const { fetch } = served(100_000);
  const pages = new Pages({ table: 'o1', within: null }, fetch);
  for (let i = 0; i < 50; i++) await pages.need(i * 200, i * 200);
  assert.equal(pages.at(0), null);
  assert.notEqual(pages.at(49 * 200), null);
});

test('a page that failed is asked for again', async () => {
  let fail = true;
  const { fetch } = served(10);
  const pages = new Pages({ table: 'o1', within: null }, (...given) =>
    fail ? Promise.reject(new Error('gone')) : fetch(...given),
  );
  await assert.rejects(pages.need(0, 5), /gone/);
  fail = false;
  assert.equal(await pages.need(0, 5), true);
});
