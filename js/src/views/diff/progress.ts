import { h } from '../../lib/dom';
import type { Step, StepState } from '../../protocol';

const GLYPH: Record<StepState, string> = { waiting: '○', running: '▸', done: '✓', failed: '✗', skipped: '–' };

/** The steps of the work as they happen. */
export function progressList(steps: readonly Step[]): HTMLElement {
  const items = steps.map((step) =>
    h(
      'li',
      { 'data-state': step.state },
      h('span', { class: 'lj-step', 'aria-label': step.state }, GLYPH[step.state]),
      h('span', {}, step.step),
      step.detail ? h('span', { class: 'lj-sub' }, step.detail) : null,
    ),
  );
  return h('ol', { class: 'lj-progress', 'aria-label': 'Progress' }, ...items);
}
