import type { AnyModel } from '@anywidget/types';
import type { Host } from '../host';
import { shared } from '../lib/shared';
import { KIND, type Answer, type Ask, type Envelope, type RequestType, type State } from '../protocol';

type Model = AnyModel<State & Record<string, unknown>>;

const TIME_LIMIT = 600_000; // a kernel that is busy with a long cell answers when it can

interface Waiting {
  resolve(answer: Answer<RequestType>): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** An anywidget as the host of a view: own requests and answers over custom messages, with ids. */
export class WidgetHost implements Host {
  readonly #view = crypto.getRandomValues(new Uint32Array(2)).join('-');
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  readonly #receive: (message: unknown, buffers?: DataView[]) => void = (message, buffers = []) => {
    const answer = message as Partial<Envelope> | null;
    if (answer?.kind !== KIND || answer.view !== this.#view || answer.id === undefined) return;
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.error !== undefined) waiting.reject(new Error(answer.error));
    else waiting.resolve({ ...(answer as object), buffers });
  };

  constructor(
    private readonly model: Model,
    private readonly element: HTMLElement,
    /** Names the build, so that an upgraded package never meets the former one's modules on the same page. */
    private readonly build: string,
  ) {
    model.on('msg:custom', this.#receive);
  }

  ask<T extends RequestType>(type: T, fields: Ask<T>): Promise<Answer<T>> {
    const id = ++this.#count;
    return new Promise<Answer<T>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error('The kernel does not answer. Run the cell again.'));
      }, TIME_LIMIT);
      this.#waiting.set(id, { resolve: resolve, reject, timer });
      try {
        const envelope: Envelope = { kind: KIND, id, view: this.#view };
        this.model.send({ ...envelope, type, ...fields });
      } catch {
        clearTimeout(timer);
        this.#waiting.delete(id);
        reject(new Error('The kernel is gone. Run the cell again.'));
      }
    });
  }

  asset(name: string): Promise<string> {
    return shared(`asset ${name} ${this.build}`, () => this.#load(name));
  }

  get<K extends keyof State>(key: K): State[K] {
    return this.model.get(key);
  }

  onChange(keys: (keyof State)[], listener: () => void): () => void {
    for (const key of keys) this.model.on(`change:${key}`, listener);
    return () => {
      for (const key of keys) this.model.off(`change:${key}`, listener);
    };
  }

  remember<K extends keyof State>(key: K, value: State[K]): void {
    this.model.set(key, value as never);
    this.model.save_changes();
  }

  place(code: string): boolean {
    // In JupyterLab our extension hears this, puts the code into the cell, and prevents the default.
    const event = new CustomEvent('lester-jupyter:apply', {
      bubbles: true,
      composed: true,
      cancelable: true,
      detail: { code },
    });
    return !this.element.dispatchEvent(event);
  }

  destroy(): void {
    this.model.off('msg:custom', this.#receive);
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(new Error('The view was closed.'));
    }
    this.#waiting.clear();
  }

  async #load(name: string): Promise<string> {
    const [packed] = (await this.ask('asset', { name })).buffers;
    if (!packed) throw new Error(`The kernel sent no ${name}.`);
    const bytes = new Uint8Array(packed.buffer as ArrayBuffer, packed.byteOffset, packed.byteLength);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).text();
  }
}
