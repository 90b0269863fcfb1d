/** What a pod asks of the node's security and does not get is named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, PodSpec } from "#api";
import { podOf } from "../testing/builders.ts";
import { securityRefusal } from "./security-admission.ts";

const sysctl = (name: string, more: Partial<PodSpec> = {}): Partial<PodSpec> => ({
  securityContext: { sysctls: [{ name, value: "1" }] },
  ...more,
});
const appArmor = (type: string): Partial<PodSpec> => ({ securityContext: { appArmorProfile: { type } } });

const rows: readonly (readonly [title: string, spec: Partial<PodSpec>, said: string | undefined])[] = [
  ["a safe sysctl", sysctl("net.ipv4.tcp_syncookies"), undefined],
  ["the same with slashes", sysctl("net/ipv4/tcp_syncookies"), undefined],
  [
    "an unsafe one",
    sysctl("kernel.msgmax"),
    'SysctlForbidden: forbidden sysctl: "kernel.msgmax" not allowlisted',
  ],
  ["one that was allowed", sysctl("net.core.somaxconn"), undefined],
  [
    "one of the whole kernel, allowed or not",
    sysctl("vm.swappiness"),
    'SysctlForbidden: forbidden sysctl: "vm.swappiness" not allowlisted',
  ],
  [
    "of the network, with the node's",
    sysctl("net.ipv4.tcp_syncookies", { hostNetwork: true }),
    'SysctlForbidden: forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled',
  ],
  ["no profile", appArmor("Unconfined"), undefined],
  [
    "a profile",
    appArmor("RuntimeDefault"),
    "AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host",
  ],
  [
    "strict groups",
    { securityContext: { supplementalGroupsPolicy: "Strict" } },
    "SupplementalGroupsPolicyNotSupported: SupplementalGroupsPolicy=Strict is not supported in this node",
  ],
];

const node = { metadata: { name: "n1" }, spec: {}, status: {} } as Node;
const security = { appArmor: false, allowedUnsafeSysctls: ["net.core.*", "vm.swappiness"] };

for (const [title, spec, said] of rows) {
  test(`securityRefusal(): ${title}`, () => {
    const verdict = securityRefusal(podOf(spec), node, security);
    assert.equal(verdict === undefined ? undefined : `${verdict.reason}: ${verdict.message}`, said);
  });
}
