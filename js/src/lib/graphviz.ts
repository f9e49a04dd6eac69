import type { Direction, Layout } from '../protocol';
import { parsePlain } from './plain';
import { shared } from './shared';

/** Turns a graph into Graphviz's `plain` output. */
type Engine = (dot: string) => Promise<string>;

interface VizModule {
  plain(dot: string): Promise<string>;
}

type Reply = { id: number; plain: string } | { id: number; error: string };

const START_LIMIT = 20_000;

/** Lays a graph out. Graphviz is loaded once a page, when a plan is first drawn, in a worker where that works. */
export async function layOut(
  dot: string,
  direction: Direction,
  source: () => Promise<string>,
): Promise<Layout> {
  const engine = await shared('graphviz', () => start(source));
  return parsePlain(await engine(dot), direction);
}

async function start(source: () => Promise<string>): Promise<Engine> {
  const url = URL.createObjectURL(new Blob([await source()], { type: 'text/javascript' }));
  try {
    return await inWorker(url);
  } catch {
    // no module workers, or none from a blob (a strict content policy): the main thread serves as well
    const module = (await import(/* @vite-ignore */ url)) as VizModule;
    return (dot) => module.plain(dot);
  }
}

async function inWorker(url: string): Promise<Engine> {
  const worker = new Worker(url, { type: 'module' });
  const waiting = new Map<number, (reply: Reply) => void>();
  let count = 0;
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  const engine: Engine = (dot) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, (reply) => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.plain)));
      worker.postMessage({ id, dot });
    });
  const failed = new Promise<never>((_, reject) => {
    worker.onerror = () => reject(new Error('the worker did not start'));
    setTimeout(() => reject(new Error('the worker did not answer')), START_LIMIT);
  });
  try {
    await Promise.race([engine('digraph {}'), failed]);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return engine;
}
