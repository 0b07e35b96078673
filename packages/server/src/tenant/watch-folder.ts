import { type FSWatcher, watch } from "node:fs";

/** How long after the last change the folder is watched anew, in milliseconds. */
const pause = 250;
/** How long a folder that went away is looked for, in milliseconds. */
const patience = 10_000;

/**
 * Calls `changed` whenever something in `directory` changes, until it is closed. A folder below that is deleted and
 * written anew, as builds and version control do, ends the system's watch of it without a word, and looks like a change
 * of its files: after each change the watch is begun again, before the old one ends. `lost` is told where that fails.
 */
export function watchFolder(
  directory: string,
  changed: () => void,
  lost: (reason: string) => void,
): { close(): void } {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failing: number | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(begin, pause);
    timer.unref();
  };
  const retry = (error: unknown) => {
    failing ??= performance.now();
    if (performance.now() - failing < patience) later();
    else lost(error instanceof Error ? error.message : String(error));
  };
  const begin = () => {
    const before = watcher;
    try {
      watcher = watch(directory, { recursive: true, persistent: false }, () => {
        later();
        changed();
      });
      watcher.on("error", retry);
    } catch (error) {
      watcher = undefined;
      retry(error);
    }
    before?.close();
    if (failing === undefined || !watcher) return;
    failing = undefined;
    changed();
  };
  begin();
  return {
    close() {
      clearTimeout(timer);
      watcher?.close();
    },
  };
}
