import { readFileSync } from 'node:fs';
import type { Host } from '../src/host';
import type { Answer, Ask, Plan, RequestType, State } from '../src/protocol';

/** Reads one example of the wire, as pytest reads it (the tests run from build/test). */
export function protocol<T>(name: string): T {
  const url = new URL(`../../../tests/fixtures/protocol/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

export function buffers(name: string): DataView[] {
  return protocol<string[]>(name).map((text) => view(Buffer.from(text, 'base64')));
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const plan = (): Plan => protocol<Plan>('plan');

/** A host that answers from a table of functions and remembers what it was asked. */
export class FakeHost implements Host {
  readonly asked: { type: string; fields: object }[] = [];

  constructor(private readonly answers: Partial<Record<RequestType, (fields: object) => Promise<unknown>>>) {}

  ask<T extends RequestType>(type: T, fields: Ask<T>): Promise<Answer<T>> {
    this.asked.push({ type, fields });
    const answer = this.answers[type];
    if (!answer) return Promise.reject(new Error(`no answer for ${type}`));
    return answer(fields) as Promise<Answer<T>>;
  }

  asset(): Promise<string> {
    return Promise.reject(new Error('no assets'));
  }

  get<K extends keyof State>(): State[K] {
    throw new Error('no state');
  }

  onChange(): () => void {
    return () => undefined;
  }

  place(): boolean {
    return false;
  }

  remember(): void {
    // nothing to remember it for
  }
}
