/** Our output could not be written for another reason than that its reader has left. */
export class OutputError extends Error {
  constructor(cause: NodeJS.ErrnoException) {
    super(`cannot write the output: ${cause.message}`, { cause });
    this.name = "OutputError";
  }
}
