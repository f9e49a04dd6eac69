import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowSet } from '../src/lib/rows';
import type { Plan } from '../src/protocol';
import { PlanSession, tracedText } from '../src/views/session';
import { buffers, FakeHost, plan, protocol } from './fixtures';

const answering = () =>
  new FakeHost({
    trace: () => Promise.resolve({ ...protocol<object>('trace_answer'), buffers: buffers('trace_buffers') }),
  });

test('the example trace lights up the operators of the example plan', async () => {
  const host = answering();
  const session = new PlanSession(host, plan());
  await session.traceRow('o3', 1);
  const { type, ...fields } = protocol<{ type: string; table: string; rows: number[] }>('trace_request');
  assert.deepEqual(host.asked, [{ type, fields: { table: fields.table, rows: fields.rows } }]);
  assert.deepEqual(
    ['o1', 'o2', 'o3'].map((id) => session.highlight(id)),
    ['back', 'back', 'self'],
  );
  const rows = session.state.trace?.tables.get('o1')?.rows;
  assert.ok(rows instanceof RowSet);
  assert.deepEqual([rows.has(0), rows.has(1), rows.has(2)], [false, false, true]);
  assert.equal(session.state.status, 'row 1 of “inner on k”: 2 operators up, 0 down');
});

test('an answer that was overtaken by another click is dropped', async () => {
  const release: (() => void)[] = [];
  const host = new FakeHost({
    trace: (fields) =>
      new Promise((resolve) =>
        release.push(() =>
          resolve({
            ...protocol<object>('trace_answer'),
            trace: (fields as { rows: number[] }).rows[0],
            buffers: buffers('trace_buffers'),
          }),
        ),
      ),
  });
  const session = new PlanSession(host, plan());
  const first = session.traceRow('o3', 0);
  const second = session.traceRow('o3', 1);
  release[1]?.();
  await second;
  release[0]?.();
  await first;
  assert.equal(session.state.trace?.id, 1);
});

test('an error of the kernel becomes the status', async () => {
  const { error } = protocol<{ error: string }>('error_answer');
  const session = new PlanSession(new FakeHost({ trace: () => Promise.reject(new Error(error)) }), plan());
  await session.traceRow('o9', 0);
  assert.match(session.state.status, /The trace failed: There is no operator 'o9'/);
  assert.equal(session.tracing, false);
});

test('a column click ends the record trace, and the same click again ends it all', async () => {
  const session = new PlanSession(answering(), plan());
  await session.traceRow('o3', 1);
  session.traceColumn('o3', 1);
  assert.equal(session.state.trace, null);
  assert.equal(session.highlight('o1'), 'value');
  session.traceColumn('o3', 1);
  assert.equal(session.tracing, false);
});

test('a record that reaches both sides of a split is said', async () => {
  const base = plan();
  const [first] = base.operators;
  assert.ok(first);
  const side = (id: string) => ({ ...first, id, kind: 'split', label: id, inputs: ['o1'] });
  const traced = (table: string, role: string) => ({ table, role, count: 1, encoding: 'int32', sample: [] });
  const one = () => new DataView(new Uint8Array(Int32Array.from([0]).buffer).buffer);
  const host = new FakeHost({
    trace: () =>
      Promise.resolve({
        trace: 1,
        tables: [traced('o1', 'self'), traced('train', 'forward'), traced('test', 'forward')],
        buffers: [one(), one(), one()],
      }),
  });
  const session = new PlanSession(host, { ...base, operators: [first, side('train'), side('test')] });
  await session.traceRow('o1', 0);
  assert.match(session.state.status, / · reaches train and test$/);
});

test('listeners hear the change and stop when told', () => {
  const session = new PlanSession(new FakeHost({}), plan());
  const heard: string[] = [];
  const stop = session.subscribe((now, before) => heard.push(`${before.operator}→${now.operator}`));
  session.pick('o1');
  session.pick('o1');
  stop();
  session.pick('o2');
  assert.deepEqual(heard, ['o3→o1']);
});

test('a record that a model learned from is said, and shown as used, not as a row of it', async () => {
  const learning = protocol<Plan>('plan_learning');
  const traced = (table: string, role: string) => {
    return { table, role, count: 1, encoding: 'int32', names: [], sample: [] };
  };
  const one = () => new DataView(new Uint8Array(Int32Array.from([0]).buffer).buffer);
  const reached = ['o2', 'o4', 'o5', 'o6', 'o7'];
  const host = new FakeHost({
    trace: () =>
      Promise.resolve({
        trace: 1,
        tables: [traced('o1', 'self'), ...reached.map((id) => traced(id, 'forward'))],
        buffers: [one(), ...reached.map(one)],
      }),
  });
  const session = new PlanSession(host, learning);
  await session.traceRow('o1', 0);
  assert.match(session.state.status, / · reaches the model$/);
  const model = session.index.card('o7');
  const trace = session.cardTrace(model);
  assert.ok(trace);
  assert.equal(trace.direct, false);
  assert.equal(tracedText(model.operator, trace), '▼ uses it');
  const encoders = session.index.card('o4');
  assert.deepEqual([session.cardHighlight(encoders), session.cardTrace(encoders)?.direct], ['forward', true]);
  assert.equal(session.cardHighlight(session.index.card('o8')), null);
});

test('a record of one encoder is this record on the card of all', async () => {
  const traced = (table: string, role: string) => {
    return { table, role, count: 1, encoding: 'int32', names: [], sample: [] };
  };
  const one = () => new DataView(new Uint8Array(Int32Array.from([0]).buffer).buffer);
  const tables = [traced('o2', 'back'), traced('o4', 'self'), traced('o6', 'forward')];
  const host = new FakeHost({ trace: () => Promise.resolve({ trace: 1, tables, buffers: tables.map(one) }) });
  const session = new PlanSession(host, protocol<Plan>('plan_learning'));
  await session.traceRow('o4', 0);
  const card = session.index.card('o6');
  assert.deepEqual([session.cardHighlight(card), session.cardTrace(card)?.role], ['self', 'self']);
});
