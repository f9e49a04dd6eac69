import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toDot } from '../src/lib/dot';
import { PlanIndex } from '../src/lib/plan';
import { reachedDirectly } from '../src/lib/tiers';
import type { Plan, Role } from '../src/protocol';
import { plan, protocol } from './fixtures';

const learning = () => new PlanIndex(protocol<Plan>('plan_learning'));

test('encoders side by side share one card, with a line for each', () => {
  const index = learning();
  assert.deepEqual(
    index.cards.map((c) => c.operator.id),
    ['o1', 'o2', 'o3', 'o6', 'o7', 'o10', 'o11', 'o12'],
  );
  const card = index.card('o5');
  assert.equal(card.operator.id, 'o6');
  assert.deepEqual(
    card.encoders.map((e) => e.brief),
    [
      ['country', 'OneHotEncoder → 2'],
      ['n', 'StandardScaler → 1'],
    ],
  );
});

test('a card reads what its encoders read, once, and is tied to what they only learn from', () => {
  const index = learning();
  const arrows = (id: string) =>
    index.card(id).arrows.map((a) => [a.from, a.fits] satisfies [string, boolean]);
  assert.deepEqual(arrows('o6'), [['o2', false]]);
  assert.deepEqual(arrows('o10'), [
    ['o3', false],
    ['o6', true],
  ]);
  assert.deepEqual(arrows('o7'), [
    ['o6', true],
    ['o2', true],
  ]);
  assert.deepEqual(arrows('o11'), [
    ['o10', false],
    ['o7', true],
  ]);
});

test('a join keeps both of its slots', () => {
  const base = plan();
  const self = base.operators.map((o) => (o.id === 'o3' ? { ...o, inputs: ['o1', 'o1'] } : o));
  const card = new PlanIndex({ ...base, operators: self }).card('o3');
  assert.deepEqual(
    card.arrows.map((a) => a.slot),
    [0, 1],
  );
});

test('lanes stand together in the drawing', () => {
  const nodes = learning().cards.map(({ operator: { id, lane }, arrows }) => ({
    id,
    lane,
    width: 100,
    height: 36,
    inputs: arrows.map((a) => a.from),
  }));
  const dot = toDot(nodes, 'TB');
  assert.match(dot, /subgraph "cluster_train" \{ [^}]*"o2" "o6" "o7" \}/);
  assert.match(dot, /subgraph "cluster_test" \{ [^}]*"o3" "o10" "o11" "o12" \}/);
});

test('what lies beyond a fit or a score is reached with others', () => {
  const roles: [string, Role][] = [
    ['o1', 'self'],
    ['o2', 'forward'],
    ['o4', 'forward'],
    ['o6', 'forward'],
    ['o7', 'forward'],
  ];
  const direct = reachedDirectly(learning(), new Map(roles));
  assert.deepEqual([...direct].sort(), ['o1', 'o2', 'o4', 'o6']);
  const back: [string, Role][] = [
    ['o12', 'self'],
    ['o11', 'back'],
    ['o10', 'back'],
  ];
  assert.deepEqual([...reachedDirectly(learning(), new Map(back))], ['o12']);
});
