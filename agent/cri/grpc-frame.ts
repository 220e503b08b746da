/**
 * A message on a gRPC stream: one byte "compressed", four bytes length, the message.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
const PREFIX = 5;

export function encodeFrame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The one message of a unary call's stream. */
export function decodeFrame(stream: Buffer): Buffer {
  if (stream.length < PREFIX) throw new Error(`the answer has ${stream.length} bytes, which is no gRPC message`);
  if (stream[0] !== 0) throw new Error('the answer is compressed, which was not asked for');
  const length = stream.readUInt32BE(1);
  if (stream.length !== PREFIX + length) throw new Error(`the answer announces ${length} bytes and has ${stream.length - PREFIX}`);
  return stream.subarray(PREFIX);
}
