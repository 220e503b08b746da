import { createConnection, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DBusMessage, decodeMessage, encodeMessage, MESSAGE_TYPE } from './dbus-message';
import { DBusValue } from './dbus-wire';

export interface DBusCall {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly args?: readonly DBusValue[];
}

/** What the peer answered instead of a result. */
export class DBusError extends Error {
  constructor(readonly errorName: string, message: string) {
    super(message);
    this.name = 'DBusError';
  }
}

const PING: DBusCall = { path: '/', interface: 'org.freedesktop.DBus.Peer', member: 'Ping' };
const PING_INTERVAL_MS = 50;
/** PID 1 answers nobody while it reloads its units. */
const CALL_TIMEOUT_MS = 30_000;

/** A peer-to-peer D-Bus connection (no bus daemon, so no Hello and no destinations). */
export class DBusConnection {
  /** Connects, authenticates as the process's user, and waits until the peer answers calls. */
  static async connect(socket: string, timeoutMs = CALL_TIMEOUT_MS): Promise<DBusConnection> {
    const connection = new DBusConnection(socket);
    const timeout = setTimeout(() => connection.fail(`no D-Bus handshake within ${timeoutMs} ms`), timeoutMs);
    try {
      await connection.authenticated;
      await connection.answering();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  private readonly stream: Socket;
  private readonly authenticated: Promise<void>;
  private received: Buffer = Buffer.alloc(0);
  private serial = 0;
  private readonly pending = new Map<number, Pending>();
  private failure?: Error;
  private settleAuthentication?: { readonly resolve: () => void; readonly reject: (error: Error) => void };

  private constructor(private readonly socket: string) {
    this.authenticated = new Promise((resolve, reject) => {
      this.settleAuthentication = { resolve, reject };
    });
    this.stream = createConnection(socket);
    this.stream.on('connect', () => this.stream.write(authenticationRequest()));
    this.stream.on('error', (error) => this.fail(error.message, error));
    this.stream.on('close', () => this.fail('the peer closed the connection'));
    this.stream.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      try {
        this.read();
      } catch (error) {
        this.fail((error as Error).message);
      }
    });
  }

  /** @returns the values of the reply. */
  call(call: DBusCall, timeoutMs = CALL_TIMEOUT_MS): Promise<readonly DBusValue[]> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const { args = [], ...fields } = call;
      const serial = ++this.serial;
      const timeout = setTimeout(() => {
        this.pending.delete(serial);
        reject(new Error(`${call.member} at ${this.socket}: no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.pending.set(serial, { member: call.member, timeout, resolve, reject });
      this.stream.write(encodeMessage({ ...fields, type: MESSAGE_TYPE.METHOD_CALL, serial, body: args }));
    });
  }

  close(): void {
    this.fail('the connection was closed');
  }

  /**
   * systemd may read BEGIN and the first call at once, and then leaves the call in its buffer until more bytes come.
   * So something is sent until the first answer; the answers to the other pings are dropped.
   */
  private async answering(): Promise<void> {
    const answers: Promise<boolean>[] = [];
    do {
      // An error is an answer too.
      answers.push(this.call(PING).then(() => true, () => true));
    } while (!await Promise.race([...answers, sleep(PING_INTERVAL_MS, false)]));
    if (this.failure) throw this.failure;
  }

  private read(): void {
    if (this.settleAuthentication && !this.readAuthentication()) return;
    for (let next = decodeMessage(this.received); next; next = decodeMessage(this.received)) {
      this.received = this.received.subarray(next.length);
      this.dispatch(next.message);
    }
  }

  private readAuthentication(): boolean {
    const end = this.received.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.received.toString('latin1', 0, end);
    this.received = this.received.subarray(end + 2);
    if (!line.startsWith('OK ')) throw new Error(`the peer refuses the user ID ${process.getuid!()}: ${line}`);
    this.stream.write('BEGIN\r\n');
    this.settleAuthentication!.resolve();
    this.settleAuthentication = undefined;
    return true;
  }

  /** Signals come between replies, and replies in any order: only the serial tells which call one belongs to. */
  private dispatch({ type, replySerial, errorName, body }: DBusMessage): void {
    const pending = replySerial === undefined ? undefined : this.pending.get(replySerial);
    if (!pending || (type !== MESSAGE_TYPE.METHOD_RETURN && type !== MESSAGE_TYPE.ERROR)) return;
    this.pending.delete(replySerial!);
    clearTimeout(pending.timeout);
    if (type === MESSAGE_TYPE.METHOD_RETURN) return pending.resolve(body);
    pending.reject(new DBusError(errorName ?? '', `${pending.member} at ${this.socket}: ${body[0] ?? errorName}`));
  }

  private fail(reason: string, cause?: Error): void {
    if (this.failure) return;
    this.failure = new Error(`${this.socket}: ${reason}`, { cause });
    this.stream.destroy();
    this.settleAuthentication?.reject(this.failure);
    for (const { timeout, reject } of this.pending.values()) {
      clearTimeout(timeout);
      reject(this.failure);
    }
    this.pending.clear();
  }
}

interface Pending {
  readonly member: string;
  readonly timeout: NodeJS.Timeout;
  resolve(values: readonly DBusValue[]): void;
  reject(error: Error): void;
}

/** A zero byte, and the user ID as the hex of its decimal digits; the kernel tells the peer whether it is true. */
function authenticationRequest(): string {
  return `\0AUTH EXTERNAL ${Buffer.from(String(process.getuid!())).toString('hex')}\r\n`;
}
