/** A network card for a machine that has only loopback. */
import { spawnSync } from "node:child_process";

/** A bridge, so that the address stays when the other end of a cable is gone, or never was. */
export function makeLan(address: string): void {
  const lines = [
    ["link", "add", "lan0", "type", "bridge"],
    ["address", "add", `${address}/24`, "dev", "lan0"],
    ["link", "set", "lan0", "up"],
  ];
  for (const line of lines) {
    const { status, stderr } = spawnSync("ip", line, { encoding: "utf8" });
    if (status !== 0) throw new Error(`"ip ${line.join(" ")}" failed: ${stderr}`);
  }
}
