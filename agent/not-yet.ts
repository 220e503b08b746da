/**
 * It is not the plan or the node that has to change, only the time has not come: the run is repeated as often as it
 * takes, and does not count as an attempt. The message says what is waited for.
 */
export class NotYet extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotYet';
  }
}
