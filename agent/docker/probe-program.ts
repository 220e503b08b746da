/** A program that ends with 0 and does nothing else, as the kernel loads it: it needs no image, no library and no shell. */
export function probeProgram(architecture: string): Buffer {
  const found = MACHINES[architecture];
  if (!found) throw new Error(`there is no program to prove a runtime with on ${architecture}, only on ${Object.keys(MACHINES).join(', ')}`);
  const code = Buffer.from(found.exit, 'hex');
  const elf = Buffer.alloc(HEADERS);
  Buffer.from('7f454c4602010100', 'hex').copy(elf);
  elf.writeUInt16LE(2, 16); // an executable
  elf.writeUInt16LE(found.machine, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BASE + BigInt(HEADERS), 24); // where it starts
  elf.writeBigUInt64LE(64n, 32); // where the program header is
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // to be loaded
  elf.writeUInt32LE(5, 68); // to be read and executed
  elf.writeBigUInt64LE(BASE, 80);
  elf.writeBigUInt64LE(BASE, 88);
  elf.writeBigUInt64LE(BigInt(HEADERS + code.length), 96);
  elf.writeBigUInt64LE(BigInt(HEADERS + code.length), 104);
  elf.writeBigUInt64LE(0x10000n, 112);
  return Buffer.concat([elf, code]);
}

/** Sizes of an ELF header and one program header. */
const HEADERS = 64 + 56;
const BASE = 0x400000n;

/** By Kubernetes' name: the number of the machine in ELF, and `exit(0)` in its code. */
const MACHINES: { readonly [architecture: string]: { readonly machine: number; readonly exit: string } } = {
  // xor edi, edi; mov eax, 60; syscall
  amd64: { machine: 62, exit: '31ffb83c0000000f05' },
  // mov x0, #0; mov x8, #93; svc #0
  arm64: { machine: 183, exit: '000080d2a80b80d2010000d4' },
};
