/** Where a client keeps what has to survive a reload: the session and messages not sent yet. */
export interface Storage {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Forgets everything with the page or the process. */
export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key) ?? null,
    set: async (key, value) => void kept.set(key, value),
    remove: async (key) => void kept.delete(key),
  };
}

/** What `localStorage`, `sessionStorage` and React Native's AsyncStorage have in common. */
export interface ItemStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Keeps things in `localStorage` or in AsyncStorage. */
export const itemStorage = (items: ItemStorage): Storage => ({
  get: async (key) => items.getItem(key),
  set: async (key, value) => void (await items.setItem(key, value)),
  remove: async (key) => void (await items.removeItem(key)),
});
