import type { Answer, Ask, RequestType, State } from './protocol';

/** What a view needs from the place it is shown in: an anywidget, a side panel, a test. */
export interface Host {
  /** Asks the kernel; rejects with one readable line. */
  ask<T extends RequestType>(type: T, fields: Ask<T>): Promise<Answer<T>>;
  /** Returns the source text of one of the view's modules, fetched once a page. */
  asset(name: string): Promise<string>;
  /** Reads a synced value. */
  get<K extends keyof State>(key: K): State[K];
  /** Calls back when one of the values changes; returns how to stop. */
  onChange(keys: (keyof State)[], listener: () => void): () => void;
  /** Puts accepted code in place of the cell; false where nobody can. */
  place(code: string): boolean;
  /** Remembers something for the next view of the same widget (the tab that was open). */
  remember<K extends keyof State>(key: K, value: State[K]): void;
}
