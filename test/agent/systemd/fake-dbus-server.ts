import { createServer, Server, Socket } from 'node:net';
import { DBusMessage, decodeMessage, encodeMessage, MESSAGE_TYPE } from '../../../agent/systemd/dbus-message';
import { DBusValue } from '../../../agent/systemd/dbus-wire';

/** What a method throws to answer with a D-Bus error. */
export class DBusFailure extends Error {
  constructor(readonly errorName: string, message: string) {
    super(message);
  }
}

export interface DBusReply {
  readonly signature: string;
  readonly body: readonly DBusValue[];
}

/** Answers a call; `undefined` answers nothing. */
export type DBusMethod = (call: DBusMessage) => DBusReply | undefined | Promise<DBusReply | undefined>;

/** A peer that speaks D-Bus on a unix socket as systemd's private socket does. */
export class FakeDBusServer {
  static async listen(socket: string): Promise<FakeDBusServer> {
    const fake = new FakeDBusServer();
    await new Promise<void>((resolve) => fake.server.listen(socket, resolve));
    return fake;
  }

  /** What clients sent to authenticate. */
  readonly authentications: string[] = [];
  authenticationAnswer = 'OK 1234';
  /** Calls that come in the same read as BEGIN stay in the buffer until more bytes come, as in systemd. */
  leaveFirstCallInBuffer = false;
  /** Each write of the server has this many bytes. */
  chunkSize = Infinity;
  /** Sent before every reply. */
  signal?: DBusMessage;
  readonly calls: DBusMessage[] = [];
  private readonly connections = new Set<Socket>();
  private readonly server: Server = createServer((connection) => this.accept(connection));
  private serial = 0;

  method: DBusMethod = () => ({ signature: '', body: [] });

  async stop(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  write(connection: Socket, bytes: Buffer): void {
    for (let start = 0; start < bytes.length; start += this.chunkSize) connection.write(bytes.subarray(start, start + this.chunkSize));
  }

  private accept(connection: Socket): void {
    this.connections.add(connection.on('error', () => {}).setNoDelay());
    let received = Buffer.alloc(0);
    let begun = false;
    let asleep = this.leaveFirstCallInBuffer;
    connection.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let end = received.indexOf('\r\n'); !begun && end >= 0; end = received.indexOf('\r\n')) {
        const line = received.toString('latin1', 0, end);
        received = received.subarray(end + 2);
        if (line === 'BEGIN') {begun = true;} else {
          this.authentications.push(line);
          this.write(connection, Buffer.from(`${this.authenticationAnswer}\r\n`));
        }
      }
      if (!begun) return;
      for (let next = decodeMessage(received); next; next = decodeMessage(received)) {
        if (asleep) {
          asleep = false;
          return;
        }
        received = received.subarray(next.length);
        void this.answer(connection, next.message);
      }
    });
  }

  private async answer(connection: Socket, call: DBusMessage): Promise<void> {
    const reply = { serial: ++this.serial, replySerial: call.serial };
    if (this.signal) this.write(connection, encodeMessage(this.signal));
    if (call.member === 'Ping') return this.write(connection, encodeMessage({ ...reply, type: MESSAGE_TYPE.METHOD_RETURN, body: [] }));
    this.calls.push(call);
    try {
      const answer = await this.method(call);
      if (answer) this.write(connection, encodeMessage({ ...reply, type: MESSAGE_TYPE.METHOD_RETURN, ...answer }));
    } catch (error) {
      if (!(error instanceof DBusFailure)) throw error;
      this.write(connection, encodeMessage({ ...reply, type: MESSAGE_TYPE.ERROR, errorName: error.errorName, signature: 's', body: [error.message] }));
    }
  }
}
