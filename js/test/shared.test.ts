import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shared } from '../src/lib/shared';

test('what is shared is made once', async () => {
  let made = 0;
  const make = () => Promise.resolve(++made);
  assert.deepEqual(await Promise.all([shared('once', make), shared('once', make)]), [1, 1]);
  assert.equal(await shared('once', make), 1);
});

test('whoever waits for one that failed makes it itself', async () => {
  let fail: (error: Error) => void = () => undefined;
  const first = shared('closed', () => new Promise<string>((_, reject) => (fail = reject)));
  const second = shared('closed', () => Promise.resolve('mine'));
  fail(new Error('The view was closed.'));
  await assert.rejects(first, /closed/);
  assert.equal(await second, 'mine');
  assert.equal(await shared('closed', () => Promise.resolve('another')), 'mine');
});

test('a failure of its own is an error', async () => {
  await assert.rejects(
    shared('broken', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await shared('broken', () => Promise.resolve('later')), 'later');
});

test('whoever waits too long for another makes it itself', async () => {
  void shared('silent', () => new Promise<string>(() => undefined));
  assert.equal(await shared('silent', () => Promise.resolve('mine'), 20), 'mine');
  assert.equal(await shared('silent', () => Promise.resolve('another'), 20), 'mine');
});
