/** What has to be closed, in the order in which it was opened; closed in reverse, once. */
export class Closing {
  readonly #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  get begun(): boolean {
    return this.#running !== undefined;
  }

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Closes everything; a step that fails keeps none of the others from running, and its error is thrown at the end. */
  run(): Promise<void> {
    this.#running ??= this.#closeAll();
    return this.#running;
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
