/**
 * The program that holds a sandbox's namespaces: a static ELF of 200 bytes, made here so that nothing is
 * pulled. It lets the kernel reap what is orphaned to it (shared process namespaces) and ends on SIGTERM or
 * SIGINT; as process 1 it would not hear them unless it waits for them.
 *
 *   block {SIGINT, SIGTERM}; ignore SIGCHLD; wait for one of the two; exit 0
 */
import { Buffer } from "node:buffer";

/** Where the program is loaded. */
const base = 0x40_0000;
const headerBytes = 64;
const segmentBytes = 56;

/** Linux x86-64: arguments in rdi, rsi, rdx, r10; the call's number in eax. */
const amd64 = [
  [0x68, 0x02, 0x40, 0x00, 0x00], // push 1<<(SIGINT-1) | 1<<(SIGTERM-1)
  [0x48, 0x89, 0xe5], // mov rbp, rsp: the set
  [0x48, 0x89, 0xe6], // mov rsi, rsp
  [0x31, 0xff], // xor edi, edi: SIG_BLOCK
  [0x31, 0xd2], // xor edx, edx
  [0x41, 0xba, 0x08, 0x00, 0x00, 0x00], // mov r10d, 8: the set's size
  [0xb8, 0x0e, 0x00, 0x00, 0x00], // mov eax, rt_sigprocmask
  [0x0f, 0x05], // syscall
  [0x6a, 0x00, 0x6a, 0x00, 0x6a, 0x00], // push no mask, no restorer, no flags
  [0x6a, 0x01], // push SIG_IGN
  [0xbf, 0x11, 0x00, 0x00, 0x00], // mov edi, SIGCHLD
  [0x48, 0x89, 0xe6], // mov rsi, rsp: the action
  [0x31, 0xd2], // xor edx, edx
  [0xb8, 0x0d, 0x00, 0x00, 0x00], // mov eax, rt_sigaction
  [0x0f, 0x05], // syscall
  [0x48, 0x89, 0xef], // wait: mov rdi, rbp
  [0x31, 0xf6], // xor esi, esi
  [0x31, 0xd2], // xor edx, edx: for ever
  [0xb8, 0x80, 0x00, 0x00, 0x00], // mov eax, rt_sigtimedwait
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  [0x78, 0xee], // js wait: interrupted
  [0x31, 0xff], // xor edi, edi
  [0xb8, 0x3c, 0x00, 0x00, 0x00], // mov eax, exit
  [0x0f, 0x05], // syscall
];

/** Machine code and ELF's number of the machine, by architecture. */
const machines: Readonly<Record<string, { readonly number: number; readonly code: readonly number[][] }>> = {
  amd64: { number: 62, code: amd64 },
};

/** The program; `undefined` for an architecture that it is not written for. */
export function pauseProgram(architecture: string): Uint8Array | undefined {
  const machine = machines[architecture];
  if (machine === undefined) return undefined;
  const code = Buffer.from(machine.code.flat());
  const start = headerBytes + segmentBytes;
  const file = Buffer.alloc(start + code.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16); // a program
  file.writeUInt16LE(machine.number, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(base + start), 24); // entry
  file.writeBigUInt64LE(BigInt(headerBytes), 32); // segments begin here
  file.writeUInt16LE(headerBytes, 52);
  file.writeUInt16LE(segmentBytes, 54);
  file.writeUInt16LE(1, 56); // one segment
  file.writeUInt32LE(1, headerBytes); // to be loaded
  file.writeUInt32LE(5, headerBytes + 4); // readable and executable
  file.writeBigUInt64LE(BigInt(base), headerBytes + 16);
  file.writeBigUInt64LE(BigInt(base), headerBytes + 24);
  file.writeBigUInt64LE(BigInt(file.length), headerBytes + 32);
  file.writeBigUInt64LE(BigInt(file.length), headerBytes + 40);
  file.writeBigUInt64LE(0x1000n, headerBytes + 48);
  code.copy(file, start);
  return file;
}
