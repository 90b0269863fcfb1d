/**
 * Tables of good and bad texts for every format check; a second number is how many complaints a bad one gets.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "./check.ts";
import { dns1035Label, dnsLabel, dnsSubdomain, domainPrefixedPath, fullyQualifiedName } from "./dns.ts";
import {
  canonicalCidr,
  canonicalIp,
  cidr,
  contains,
  endpointIp,
  formatIp,
  ip,
  parseCidr,
  parseIp,
} from "./ip.ts";
import { pathSegmentName, subdomainName } from "./object-name.ts";
import { portName } from "./port.ts";
import { configMapKey, envVarName, labelValue, qualifiedName } from "./qualified-name.ts";

function check(
  name: string,
  format: Check,
  good: readonly string[],
  bad: Readonly<Record<string, number>>,
): void {
  test(`${name} accepts and refuses as upstream`, () => {
    for (const text of good)
      assert.deepEqual(format(text), [], `${name} should accept ${JSON.stringify(text)}`);
    for (const [text, complaints] of Object.entries(bad)) {
      assert.equal(format(text).length, complaints, `${name} of ${JSON.stringify(text)}: ${format(text)}`);
    }
  });
}

const long = "a".repeat(64);

check("dnsLabel", dnsLabel, ["a", "0", "a-b"], {
  "": 1,
  A: 1,
  "a.b": 1,
  "-a": 1,
  "a-": 1,
  [long]: 1,
  [`${long}-`]: 2,
});
check("dnsSubdomain", dnsSubdomain, ["a.b", long], { "a..b": 1, a_b: 1, [`${"a.".repeat(130)}`]: 2 });
check("dns1035Label", dns1035Label, ["a1"], { "1a": 1 });
check("fullyQualifiedName", fullyQualifiedName, ["a.b"], { a: 1, "": 1 });
check("domainPrefixedPath", domainPrefixedPath, ["a.b/c/d"], { a: 1, "/a": 1, "a/": 1, "A/b": 1 });
check("qualifiedName", qualifiedName, ["a", "A.b_c", "x.y/Z"], {
  "": 2,
  "a/b/c": 1,
  "/a": 1,
  "A/b": 1,
  "a/": 2,
  [long]: 1,
});
check("labelValue", labelValue, ["", "a_B.c-1"], { "a b": 1, "-": 1, [long]: 1, é: 1 });
check("configMapKey", configMapKey, ["a.b", ".a"], { "": 1, ".": 1, "..": 1, "..a": 1, "a/b": 1 });
check("envVarName", envVarName, ["A", "1.b c"], { "": 1, "A=B": 1, é: 1 });
check("portName", portName, ["http", "a-1"], { "": 2, "-a": 1, "a--b": 1, "1": 1, a23456789012345b: 1 });
check("ip", ip, ["10.0.0.1", "::", "2001:DB8::1", "1:2:3:4:5:6:7::"], {
  "": 1,
  "1.2.3": 1,
  "01.2.3.4": 1,
  "256.1.1.1": 1,
  ":::": 1,
  "1::2::3": 1,
  "1:2:3:4:5:6:7:8:9": 1,
  "::ffff:1.2.3.4": 1,
  "fe80::1%eth0": 1,
});
check("canonicalIp", canonicalIp, ["10.0.0.1", "2001:db8::1"], { "2001:DB8::1": 1, "2001:db8:0::1": 1 });
check("cidr", cidr, ["10.0.0.0/8", "::/0"], {
  "10.0.0.1/8": 1,
  "10.0.0.0": 1,
  "10.0.0.0/33": 1,
  "10.0.0.0/08": 1,
});
check("canonicalCidr", canonicalCidr, ["2001:db8::/64"], { "2001:DB8::/64": 1 });
check("endpointIp", endpointIp, ["10.0.0.1"], {
  "127.0.0.1": 1,
  "0.0.0.0": 1,
  "169.254.1.1": 1,
  "224.0.0.5": 1,
  "::1": 1,
  "fe80::1": 1,
});

test("formatIp() writes the first longest run of zeros as ::", () => {
  const rows = {
    "1:0:0:2:0:0:0:3": "1:0:0:2::3",
    "0:0:1:0:0:1:0:0": "::1:0:0:1:0:0",
    "1:0:2:3:4:5:6:7": "1:0:2:3:4:5:6:7",
  };
  for (const [text, want] of Object.entries(rows)) {
    const bytes = parseIp(text);
    assert.ok(bytes, text);
    assert.equal(formatIp(bytes), want);
  }
});

test("contains() compares network bits within one family", () => {
  const range = parseCidr("10.96.0.0/12");
  const [inside, outside, other] = ["10.111.255.255", "10.112.0.0", "::1"].map((text) => parseIp(text));
  assert.ok(range && inside && outside && other);
  assert.equal(contains(range, inside), true);
  assert.equal(contains(range, outside), false);
  assert.equal(contains(range, other), false);
});

test("A generateName may end in '-', a name may not", () => {
  assert.deepEqual(subdomainName("web-", true), []);
  assert.equal(subdomainName("web-", false).length, 1);
  assert.deepEqual(pathSegmentName("system:node", false), []);
  assert.equal(pathSegmentName("a/b%", false).length, 2);
});
