import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDot } from '../src/lib/dot';
import { parsePlain } from '../src/lib/plain';

test('plain output becomes pixels with y downwards', () => {
  const text = [
    'graph 1 2 3',
    'node o1 1 2.75 1.5 0.5 "" solid box black lightgrey',
    'node "odd \\"id\\"" 1 0.25 1.5 0.5 "a b" solid box black lightgrey',
    'edge o1 "odd \\"id\\"" 4 1 2.5 1 2 1 1.5 1 0.6 solid black',
    'stop',
  ].join('\n');
  assert.deepEqual(parsePlain(text, 'TB'), {
    direction: 'TB',
    width: 144,
    height: 216,
    nodes: { o1: [72, 18, 108, 36], 'odd "id"': [72, 198, 108, 36] },
    edges: [
      {
        from: 'o1',
        to: 'odd "id"',
        points: [
          [72, 36],
          [72, 72],
          [72, 108],
          [72, 172.8],
        ],
      },
    ],
  });
});

test('a line may go on after a backslash', () => {
  const layout = parsePlain('graph 1 1 1\nedge a b 4 0 1 0 0.75 0 0.5 \\\n0 0.25 solid black\nstop\n', 'LR');
  assert.equal(layout.edges[0]?.points.length, 4);
  assert.deepEqual(layout.edges[0]?.points.at(-1), [0, 54]);
});

test('what is no number is an error', () => {
  assert.throws(() => parsePlain('graph 1 x 3', 'TB'), /no number/);
});

test('dot quotes names and keeps the order of the slots', () => {
  const nodes = [
    { id: 'a"b', width: 72, height: 36, inputs: [], lane: null },
    { id: 'c', width: 72, height: 36, inputs: [], lane: null },
    { id: 'j', width: 144, height: 36, inputs: ['c', 'a"b', 'c'], lane: null },
  ];
  const dot = toDot(nodes, 'LR');
  assert.match(dot, /rankdir=LR/);
  assert.match(dot, /"a\\"b" \[width=1\.0000 height=0\.5000\]/);
  assert.deepEqual(
    dot.split('\n').filter((line) => line.includes('->')),
    ['"c" -> "j"', '"a\\"b" -> "j"', '"c" -> "j"'],
  );
});
