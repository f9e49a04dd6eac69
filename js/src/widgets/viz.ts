/** Graphviz as a module of its own: run as a worker, or imported where there are none. */
import { instance, type Viz } from '@viz-js/viz';

let ready: Promise<Viz> | undefined;

export async function plain(dot: string): Promise<string> {
  ready ??= instance();
  return (await ready).renderString(dot, { format: 'plain', engine: 'dot' });
}

if (!('document' in globalThis)) {
  addEventListener('message', ({ data }: MessageEvent<{ id: number; dot: string }>) => {
    plain(data.dot).then(
      (text) => postMessage({ id: data.id, plain: text }),
      (error: unknown) => postMessage({ id: data.id, error: String(error) }),
    );
  });
}
