import { h } from '../lib/dom';

export interface Tab<K extends string> {
  key: K;
  label: string;
  panel: HTMLElement;
}

export interface TabList<K extends string> {
  element: HTMLElement;
  /** Shows one panel and hides the others; does not call back. */
  select(key: K): void;
  disable(key: K, disabled: boolean): void;
}

let count = 0;

/** Tabs after the ARIA pattern: arrows move between them, only the selected one is in the tab order. */
export function tabList<K extends string>(
  name: string,
  tabs: Tab<K>[],
  onSelect: (key: K) => void,
): TabList<K> {
  const prefix = `lj-tabs-${++count}`;
  const buttons = tabs.map(({ key, label, panel }) => {
    const [tabId, panelId] = [`${prefix}-${key}`, `${prefix}-${key}-panel`];
    panel.id = panelId;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', tabId);
    return h(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: tabId,
        'aria-controls': panelId,
        'data-tab': key,
        onclick: () => onSelect(key),
      },
      label,
    );
  });
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    const open = buttons.filter((b) => !b.disabled);
    const at = open.indexOf(event.target as HTMLButtonElement);
    const next = open[(at + by + open.length) % open.length];
    event.preventDefault();
    next?.click();
    next?.focus();
  };
  const element = h(
    'div',
    { class: 'lj-tabs', role: 'tablist', 'aria-label': name, onkeydown: step },
    ...buttons,
  );
  return {
    element,
    select(key) {
      tabs.forEach((tab, i) => {
        const selected = tab.key === key;
        tab.panel.hidden = !selected;
        buttons[i]?.setAttribute('aria-selected', String(selected));
        buttons[i]?.setAttribute('tabindex', selected ? '0' : '-1');
      });
    },
    disable(key, disabled) {
      const button = buttons[tabs.findIndex((tab) => tab.key === key)];
      if (button) button.disabled = disabled;
    },
  };
}
