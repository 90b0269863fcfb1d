/**
 * Requests that the recordings follow and do not hold: the answers there show what was done. With them the rows that
 * come after verify their rules, too.
 */

/** Of a row of the recording: what is sent before it, and the status that it has. */
export const unrecorded: Readonly<Record<string, readonly Unrecorded[]>> = {
  // A pod that nobody scheduled is on a node.
  "misc-0353": [
    {
      name: "create binding",
      method: "POST",
      path: "/api/v1/namespaces/golden-misc/pods/m-simple/binding",
      body: { apiVersion: "v1", kind: "Binding", metadata: { name: "m-simple" }, target: { name: "m-node" } },
      want: { status: 201 },
    },
  ],
  // A Deployment that had been scaled and read before is gone.
  "misc-0356": [
    {
      name: "create nothing: delete",
      method: "DELETE",
      path: "/apis/apps/v1/namespaces/golden-misc/deployments/m1",
      want: { status: 200 },
    },
  ],
  // A ConfigMap has a finalizer.
  "misc-0364": [
    {
      name: "create nothing: add a finalizer",
      method: "PATCH",
      path: "/api/v1/namespaces/golden-misc/configmaps/m1",
      headers: { "content-type": "application/merge-patch+json" },
      body: { metadata: { finalizers: ["example.com/x"] } },
      want: { status: 200 },
    },
  ],
};

interface Unrecorded {
  readonly name: string;
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly want: { readonly status: number };
}
