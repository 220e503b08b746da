/**
 * The node is not as it has to be, and trying again will not help: the message says what was found and what to do.
 * Every other error is treated as passing, so the attempt is repeated.
 */
export class Refusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}
