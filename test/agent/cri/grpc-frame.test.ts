import * as fc from 'fast-check';
import { decodeFrame, encodeFrame } from '../../../agent/cri/grpc-frame';

test('a message comes back as it was framed', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(decodeFrame(encodeFrame(Buffer.from(bytes)))).toEqual(Buffer.from(bytes))));
});

test.each([
  ['nothing', Buffer.alloc(0), 'has 0 bytes, which is no gRPC message'],
  ['less than announced', encodeFrame(Buffer.from('hello')).subarray(0, 8), 'announces 5 bytes and has 3'],
  ['two messages', Buffer.concat([encodeFrame(Buffer.from('a')), encodeFrame(Buffer.from('b'))]), 'announces 1 bytes and has 7'],
  ['a compressed message', Buffer.from([1, 0, 0, 0, 0]), 'is compressed'],
])('refuses %s', (_, bytes, message) => {
  expect(() => decodeFrame(bytes)).toThrow(message);
});
