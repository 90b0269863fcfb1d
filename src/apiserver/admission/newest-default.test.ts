/** Default classes of claims and Ingresses, through the gate in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../served.suite.ts";

const families = [
  {
    classes: "/apis/storage.k8s.io/v1/storageclasses",
    annotation: "storageclass.kubernetes.io/is-default-class",
    more: { provisioner: "p.example.com" },
    users: "/api/v1/namespaces/default/persistentvolumeclaims",
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    field: "storageClassName",
  },
  {
    classes: "/apis/networking.k8s.io/v1/ingressclasses",
    annotation: "ingressclass.kubernetes.io/is-default-class",
    more: { spec: { controller: "c.example.com/c" } },
    users: "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
    spec: { defaultBackend: { service: { name: "s", port: { number: 80 } } } },
    field: "ingressClassName",
  },
];

for (const { classes, annotation, more, users, spec, field } of families) {
  test(`${field}: the newest default class is taken, of equally old ones the first by name`, () =>
    serve(field, async ({ admin, env }) => {
      const make = async (name: string, isDefault: boolean): Promise<void> => {
        const annotations = { [annotation]: String(isDefault) };
        const made = await admin.post(classes, { metadata: { name, annotations }, ...more });
        assert.equal(made.status, 201, JSON.stringify(made.body));
      };
      const given = async (name: string, own: object = {}): Promise<unknown> => {
        const made = await admin.post(users, { metadata: { name }, spec: { ...spec, ...own } });
        assert.equal(made.status, 201, JSON.stringify(made.body));
        return made.body.spec[field];
      };
      await make("a-plain", false);
      assert.equal(await given("none"), undefined);
      await make("a-old", true);
      assert.equal(await given("only"), "a-old");
      await env.clock.sleep(2_000);
      await make("y-new", true);
      await make("x-new", true);
      assert.equal(await given("several"), "x-new");
      assert.equal(await given("named", { [field]: "a-plain" }), "a-plain");
    }));
}
