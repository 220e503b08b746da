import * as fc from 'fast-check';
import { DBusMessage, decodeMessage, encodeMessage, MESSAGE_TYPE } from '../../../agent/systemd/dbus-message';

const text = fc.string({ minLength: 1 });
const message: fc.Arbitrary<DBusMessage> = fc.record({
  type: fc.constantFrom(...Object.values(MESSAGE_TYPE)),
  serial: fc.integer({ min: 1, max: 0xffffffff }),
  path: text,
  interface: text,
  member: text,
  errorName: text,
  replySerial: fc.nat(0xffffffff),
}, { requiredKeys: ['type', 'serial'] }).chain((header) => fc.oneof(
  fc.constant({ ...header, body: [] }),
  fc.tuple(fc.string(), fc.nat(0xffffffff)).map((body) => ({ ...header, signature: 'su', body })),
));

test('messages come back one by one from a stream that is cut anywhere', () => {
  fc.assert(fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (messages, sizes) => {
    const stream = Buffer.concat(messages.map(encodeMessage));
    const found: DBusMessage[] = [];
    let received = Buffer.alloc(0);
    for (let start = 0, i = 0; start < stream.length; start += sizes[i++ % sizes.length]) {
      received = Buffer.concat([received, stream.subarray(start, start + sizes[i % sizes.length])]);
      for (let next = decodeMessage(received); next; next = decodeMessage(received)) {
        found.push(next.message);
        received = received.subarray(next.length);
      }
    }
    expect(found).toEqual(messages);
    expect(received).toHaveLength(0);
  }));
});

test('a call of RestartUnit has the bytes that systemd takes', () => {
  const call = encodeMessage({
    type: MESSAGE_TYPE.METHOD_CALL,
    serial: 1,
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
    member: 'RestartUnit',
    signature: 'ss',
    body: ['containerd.service', 'replace'],
  });
  expect(call).toHaveLength(172);
  expect(call.subarray(0, 4)).toEqual(Buffer.from('l\x01\0\x01'));
});

test('an unknown header field is skipped', () => {
  const bytes = encodeMessage({ type: MESSAGE_TYPE.SIGNAL, serial: 1, member: 'Reloading', body: [] });
  bytes[16] = 99;
  expect(decodeMessage(bytes)?.message).toEqual({ type: MESSAGE_TYPE.SIGNAL, serial: 1, body: [] });
});

test('a peer of the other byte order is refused', () => {
  expect(() => decodeMessage(Buffer.from('B'.padEnd(16)))).toThrow('does not speak little-endian D-Bus');
});

test('a message that is longer than D-Bus allows is refused before it is waited for', () => {
  const bytes = Buffer.alloc(16);
  bytes[0] = 'l'.charCodeAt(0);
  bytes.writeUInt32LE(0x7fffffff, 4);
  expect(() => decodeMessage(bytes)).toThrow('which is more than D-Bus allows');
});
