/** Runs tasks with the same key one after another and tasks with different keys side by side. */
export type KeyedLock = <T>(key: string, task: () => Promise<T>) => Promise<T>;

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return async (key, task) => {
    const before = tails.get(key) ?? Promise.resolve();
    const { promise: mine, resolve: release } = makeSignal();
    tails.set(key, mine);
    await before;
    try {
      return await task();
    } finally {
      release();
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}

function makeSignal() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
