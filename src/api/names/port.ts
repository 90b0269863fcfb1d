/** Port numbers and the names of ports (RFC 6335). */
import { type Check, good } from "./check.ts";

export function portNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65535 ? good : ["must be between 1 and 65535, inclusive"];
}

/** At most 15 lowercase letters, digits and single inner `-`, with at least one letter. */
export const portName: Check = (name) => {
  const complaints: string[] = [];
  if (name.length > 15) complaints.push("must be no more than 15 bytes");
  if (!/^[-a-z0-9]+$/.test(name)) complaints.push("must be lowercase letters, digits and '-'");
  if (!/[a-z]/.test(name)) complaints.push("must have at least one letter");
  if (name.includes("--")) complaints.push("must not have two '-' in a row");
  if (name !== "" && (name.startsWith("-") || name.endsWith("-"))) {
    complaints.push("must not begin or end with '-'");
  }
  return complaints.length === 0 ? good : complaints;
};
