/** Text of bytes: UTF-8, or the UTF-16 that PowerShell writes where output is redirected to a file. */
export function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xFF && bytes[1] === 0xFE) {
    return bytes.toString('utf16le', 2);
  }
  if (bytes[0] === 0xFE && bytes[1] === 0xFF) {
    return Buffer.from(bytes.subarray(2, bytes.length - bytes.length % 2)).swap16().toString('utf16le');
  }
  return bytes.toString('utf8');
}
