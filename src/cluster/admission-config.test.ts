/** Admission as the command line has it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readAdmissionFile, readDisabledPlugins, readTokenConfigMaps } from "./admission-config.ts";
import { ClusterError } from "./errors.ts";

const folder = mkdtempSync(join(tmpdir(), "navarch-admission-"));
const path = join(folder, "admission.yaml");
after(() => rmSync(folder, { recursive: true, force: true }));

const head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n";
const inner = (text: string): string =>
  `apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\n${text}`;
const inline = (text: string): string =>
  `${head}plugins:\n- name: PodSecurity\n  configuration:\n    ${inner(text).replaceAll("\n", "\n    ")}\n`;

const isMistake = (text: RegExp) => (error: unknown) =>
  error instanceof ClusterError && error.code === "bad-option" && text.test(error.message);

test("readAdmissionFile() has defaults and exemptions, also of a file beside it", () => {
  writeFileSync(path, inline("defaults: {enforce: baseline, warn-version: v1.30}"));
  const latest = Number.POSITIVE_INFINITY;
  assert.deepEqual(readAdmissionFile(path), {
    defaults: {
      enforce: { level: "baseline", minor: latest },
      warn: { level: "privileged", minor: 30 },
      audit: { level: "privileged", minor: latest },
    },
    exempt: { namespaces: [], runtimeClasses: [], usernames: [] },
  });
  mkdirSync(join(folder, "below"));
  writeFileSync(join(folder, "below/ps.yaml"), inner("exemptions: {usernames: [a], namespaces: [free]}\n"));
  writeFileSync(path, `${head}plugins: [{name: PodSecurity, path: below/ps.yaml}]`);
  assert.deepEqual(readAdmissionFile(path)?.exempt, {
    namespaces: ["free"],
    runtimeClasses: [],
    usernames: ["a"],
  });
  writeFileSync(path, head);
  assert.equal(readAdmissionFile(path), undefined);
});

const wrong: readonly (readonly [what: string, file: string, says: RegExp])[] = [
  ["another kind", "apiVersion: v1\nkind: Pod\n", /the data is Pod of v1/],
  ["an unknown field", `${head}plugin: []`, /unknown field "plugin"/],
  ["a field twice", `${head}plugins: []\nplugins: []`, /duplicate field "plugins"/],
  [
    "another plug-in",
    `${head}plugins: [{name: EventRateLimit, path: x}]`,
    /"EventRateLimit" takes no configuration/,
  ],
  [
    "a file that is not there",
    `${head}plugins: [{name: PodSecurity, path: absent.yaml}]`,
    /absent\.yaml": ENOENT/,
  ],
  ["an unknown field of the plug-in", inline("default: {}"), /unknown field "default"/],
  [
    "a level",
    inline("defaults: {audit: low}"),
    /defaults\.audit: Invalid value: "low": must be one of privileged/,
  ],
  ["a version", inline("defaults: {enforce-version: '1'}"), /defaults\.enforce-version: Invalid value: "1"/],
  ["a namespace", inline("exemptions: {namespaces: [A]}"), /exemptions\.namespaces\[0\]: Invalid value: "A"/],
  ["a name twice", inline("exemptions: {usernames: [a, a]}"), /usernames\[1\]: Duplicate value: "a"/],
  ["no name", inline("exemptions: {usernames: ['']}"), /usernames\[0\]: Required value/],
  ["a type", inline("exemptions: {runtimeClasses: a}"), /runtimeClasses/],
];
for (const [what, file, says] of wrong) {
  test(`readAdmissionFile() refuses ${what}`, () => {
    writeFileSync(path, file);
    assert.throws(() => readAdmissionFile(path), isMistake(says));
  });
}

test("readDisabledPlugins() knows the plug-ins by upstream's names", () => {
  assert.deepEqual(readDisabledPlugins("NodeRestriction", "ServiceAccount, Priority"), [
    "ServiceAccount",
    "Priority",
  ]);
  assert.throws(
    () => readDisabledPlugins("AlwaysDeny", ""),
    isMistake(/"AlwaysDeny" is no admission plug-in/),
  );
  assert.throws(() => readDisabledPlugins("", "RbacEscalation"), isMistake(/"RbacEscalation"/));
  assert.throws(() => readDisabledPlugins("Priority", "Priority"), isMistake(/"Priority" is disabled, too/));
});

test("readTokenConfigMaps() reads names and keys, and refuses files that are there already", () => {
  assert.deepEqual(readTokenConfigMaps(""), []);
  assert.deepEqual(readTokenConfigMaps("bundle:b.pem, other.names:_x"), [
    { name: "bundle", key: "b.pem" },
    { name: "other.names", key: "_x" },
  ]);
  for (const text of ["bundle", "Bundle:b", "bundle:", ":b", "bundle:a/b", "bundle:.", "bundle:..b", "a:b:c"])
    assert.throws(() => readTokenConfigMaps(text), isMistake(/it is not NAME:KEY/), text);
  for (const text of ["bundle:token", "bundle:ca.crt", "a:x,b:x"])
    assert.throws(() => readTokenConfigMaps(text), isMistake(/there is a file .* already/), text);
});
