const PAGE = '__lester_jupyter__';

/**
 * Makes something once a page, for all widgets on it, whichever asks first.
 *
 * The one that asked first may be closed before it is made (an output that is drawn again): then whoever waits makes
 * it itself, so that nobody fails for the sake of another.
 */
export async function shared<T>(key: string, make: () => Promise<T>): Promise<T> {
  const page = globalThis as { [PAGE]?: Map<string, Promise<unknown>> };
  const made = (page[PAGE] ??= new Map<string, Promise<unknown>>());
  for (;;) {
    const known = made.get(key) as Promise<T> | undefined;
    const making = known ?? make();
    if (!known) made.set(key, making);
    try {
      return await making;
    } catch (error) {
      if (made.get(key) === making) made.delete(key);
      if (!known) throw error;
    }
  }
}
