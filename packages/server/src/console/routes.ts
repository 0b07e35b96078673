import { notificationAction, recordPages, replayAction, tryAction } from "./record-routes.tsx";
import type { Action, ConsoleParts, Page } from "./route.ts";
import { finishRun, runPages } from "./run-routes.tsx";

/** Every address of the console, and what answers there. */
export function consoleRoutes(parts: ConsoleParts): {
  readonly pages: readonly Page[];
  readonly actions: readonly (readonly [path: string, action: Action])[];
} {
  return {
    pages: [...runPages(parts), ...recordPages(parts)],
    actions: [
      ["/dev/run/answer", finishRun(parts)],
      ["/dev/calls/:id/replay", replayAction(parts)],
      ["/dev/calls/:id/try", tryAction(parts)],
      ["/dev/notifications/:id", notificationAction(parts)],
    ],
  };
}
