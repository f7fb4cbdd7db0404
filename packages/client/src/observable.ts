/** A value that changes. Fits React's `useSyncExternalStore(it.subscribe, it.get)`. */
export interface Observable<Value> {
  readonly get: () => Value;
  /** Calls `listener` after each change; answers how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** An observable and the way to change it. A value that is the same tells nobody. */
export function observable<Value>(
  first: Value,
): Observable<Value> & { readonly set: (value: Value) => void } {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Resolves with the first value that fits, now or later. Rejects with the signal's reason when it is aborted before. */
export function until<Value>(
  source: Observable<Value>,
  fits: (value: Value) => boolean,
  signal?: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = source.subscribe(look);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    else look();

    function look() {
      if (!fits(source.get())) return;
      done();
      resolve(source.get());
    }
    function giveUp() {
      done();
      reject(signal?.reason as Error);
    }
    function done() {
      stop();
      signal?.removeEventListener('abort', giveUp);
    }
  });
}
