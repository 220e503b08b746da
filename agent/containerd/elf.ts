/** Program header type of the segment that names the dynamic loader (PT_INTERP in the ELF specification). */
const PT_INTERP = 3;

/**
 * The dynamic loader that a 64-bit little-endian ELF program asks for: undefined for a static one.
 *
 * @throws if the bytes are no such program
 */
export function elfInterpreter(program: Buffer): string | undefined {
  if (program.length < 64 || program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2 || program[5] !== 1) {
    throw new Error('not a 64-bit Linux program');
  }
  const table = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const count = program.readUInt16LE(56);
  for (let header = table; header < table + size * count; header += size) {
    if (program.readUInt32LE(header) !== PT_INTERP) continue;
    const offset = Number(program.readBigUInt64LE(header + 8));
    const length = Number(program.readBigUInt64LE(header + 32));
    return program.toString('utf8', offset, offset + length).replace(/\0.*$/s, '');
  }
  return undefined;
}
