import { RestartStrategy } from './restart-strategy';

/** There is nothing to do: a program of the node watches the files and restarts the daemon by itself. */
export class WatchedFiles implements RestartStrategy {
  readonly description = 'the daemon by the program that watches its files';

  async command(): Promise<undefined> {
    return undefined;
  }

  async environment(): Promise<{}> {
    return {};
  }

  async alsoEnded(): Promise<string[]> {
    return [];
  }

  async restart(): Promise<void> {}

  async reload(): Promise<void> {}
}
