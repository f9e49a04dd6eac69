import type { Answer, Cell } from '../protocol';
import { PAGE_LIMIT } from '../protocol';

/** Which rows are paged: a table, or the rows of it that a trace touches. */
export interface Selection {
  table: string;
  within: number | null;
}

export interface ShownRow {
  /** Position in the table. */
  row: number;
  cells: Cell[];
}

type Fetch = (offset: number, limit: number, selection: Selection) => Promise<Answer<'page'>>;

const KEPT = 40;

/** The pages of one table that have been asked for, each once. */
export class Pages {
  readonly #pages = new Map<number, Answer<'page'>>();
  readonly #asked = new Map<number, Promise<void>>();
  numeric: boolean[] = [];
  /** Names of the columns that are shown; null until a page has come. */
  names: string[] | null = null;

  constructor(
    readonly selection: Selection,
    private readonly fetch: Fetch,
  ) {}

  /** A row by its place among the selected ones; null until its page has come. */
  at(place: number): ShownRow | null {
    const page = this.#pages.get(Math.floor(place / PAGE_LIMIT));
    const i = place % PAGE_LIMIT;
    const row = page?.rows[i];
    if (!page || row === undefined) return null;
    return { row, cells: page.columns.map((column) => column[i] ?? null) };
  }

  /** Asks for the pages of some places; true when something new came. */
  async need(first: number, last: number): Promise<boolean> {
    const wanted: Promise<void>[] = [];
    for (let p = Math.floor(first / PAGE_LIMIT); p <= Math.floor(last / PAGE_LIMIT); p++)
      if (!this.#pages.has(p)) wanted.push(this.#load(p));
    await Promise.all(wanted);
    return wanted.length > 0;
  }

  #load(page: number): Promise<void> {
    const running = this.#asked.get(page);
    if (running) return running;
    const load = this.fetch(page * PAGE_LIMIT, PAGE_LIMIT, this.selection)
      .then((answer) => {
        this.#pages.set(page, answer);
        this.numeric = answer.numeric;
        this.names = answer.names;
        const [oldest] = this.#pages.keys();
        if (this.#pages.size > KEPT && oldest !== undefined) this.#pages.delete(oldest);
      })
      .finally(() => this.#asked.delete(page));
    this.#asked.set(page, load);
    return load;
  }
}
