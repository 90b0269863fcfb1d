/** What the kernel counts of network interfaces (`/proc/net/dev`): pure. */
import type { InterfaceStats } from "../../runtime/runtime.ts";

/** With packets, beside the bytes that every runtime tells. */
export interface InterfaceCounters extends InterfaceStats {
  readonly rxPackets: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txDropped: number;
}

export function interfaceCounters(text: string): readonly InterfaceCounters[] {
  return text.split("\n").flatMap((line): InterfaceCounters[] => {
    const [name, rest] = line.split(":");
    if (name === undefined || rest === undefined) return [];
    const numbers = rest.trim().split(/ +/).map(Number);
    const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0] = numbers;
    const [txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = numbers.slice(8);
    return [
      {
        name: name.trim(),
        rxBytes,
        rxPackets,
        rxErrors,
        rxDropped,
        txBytes,
        txPackets,
        txErrors,
        txDropped,
      },
    ];
  });
}
