import { englishControls } from "./english-controls.ts";
import { englishErrorMessages, englishFieldErrors } from "./english-errors.ts";
import { englishPages } from "./english-pages.ts";
import type { BuiltInStrings } from "./language.ts";

export const english: BuiltInStrings = {
  ux: englishPages,
  displayControls: englishControls,
  errorMessages: englishErrorMessages,
  fieldErrors: englishFieldErrors,
};
