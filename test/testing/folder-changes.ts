/** Waiting for files by the kernel's notices. */
import { watch } from "node:fs";

/** Resolves when `holds`, asked now and after each change in the folder, or of the file; fails after `limitMs`. */
export async function changed(
  path: string,
  what: string,
  holds: () => boolean,
  limitMs = 30_000,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ask = (): void => {
    try {
      if (holds()) resolve();
    } catch (error) {
      reject(error as Error);
    }
  };
  const watcher = watch(path, ask);
  const timer = setTimeout(() => reject(new Error(`not within ${limitMs} ms: ${what}`)), limitMs);
  try {
    ask();
    await promise;
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}
