const PAGE = '__lester_jupyter__';

/** How long one waits for what another is making before one makes it oneself, in milliseconds. */
const PATIENCE = 8_000;

/**
 * Makes something once a page, for all widgets on it, whichever asks first.
 *
 * The one that asked first may be closed before it is made (an output that is drawn again), and may then fail or never
 * hear its answer: whoever waits makes it itself, so that nobody fails or hangs for the sake of another.
 */
export async function shared<T>(
  key: string,
  make: () => Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const page = globalThis as { [PAGE]?: Map<string, Promise<unknown>> };
  const made = (page[PAGE] ??= new Map<string, Promise<unknown>>());
  for (;;) {
    const known = made.get(key) as Promise<T> | undefined;
    const making = known ?? make();
    if (!known) made.set(key, making);
    try {
      return await (known ? within(known, patience) : making);
    } catch (error) {
      if (made.get(key) === making) made.delete(key);
      if (!known) throw error;
    }
  }
}

/** The promise, or a failure once the time is up. */
function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it takes too long')), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
