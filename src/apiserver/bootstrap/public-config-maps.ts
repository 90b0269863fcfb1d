/**
 * What the server tells in ConfigMaps of kube-system: by whom callers are vouched for, so that API servers beside it
 * (metrics servers, for one) trust the same, and since when the use of old tokens is noted. Both come back when they are
 * deleted. What other servers have added to the first stays.
 */
import type { ConfigMap, KubeObject, Resource } from "#api";
import { rfc3339, same } from "#api";
import { copyOf } from "../registry/plain-data.ts";
import type { OwnCalls } from "./own-calls.ts";

/** PEM of who vouches for clients, and for front proxies with the names that those may have. */
export interface CallerTrust {
  readonly clients?: string;
  readonly frontProxies?: { readonly authorities: string; readonly names: readonly string[] };
}

const namespace = "kube-system";
const trust = "extension-apiserver-authentication";
const tracking = "kube-apiserver-legacy-service-account-token-tracking";

type Data = Readonly<Record<string, string>>;
type Stored = KubeObject & ConfigMap;

/** Of both; `nowMs` dates the second. */
export async function reconcileConfigMaps(
  calls: OwnCalls,
  resource: Resource,
  callers: CallerTrust,
  nowMs: number,
): Promise<void> {
  const existing = await calls.list<Stored>(resource, namespace);
  await reconcile(calls, resource, existing, trust, (data) => withTrust(data, callers));
  await reconcile(calls, resource, existing, tracking, (data) =>
    /^\d{4}-\d\d-\d\d$/.test(data["since"] ?? "") ? data : { ...data, since: rfc3339(nowMs).slice(0, 10) },
  );
}

async function reconcile(
  calls: OwnCalls,
  resource: Resource,
  existing: ReadonlyMap<string, Stored>,
  name: string,
  change: (data: Data) => Data,
): Promise<void> {
  const found = existing.get(`${namespace}/${name}`);
  const data = change(found?.data ?? {});
  if (found === undefined) {
    if (Object.keys(data).length > 0) await calls.create(resource, { metadata: { name, namespace }, data });
  } else if (!same(found.data ?? {}, data)) {
    await calls.update(resource, Object.assign(copyOf(found), { data }));
  }
}

/** Nobody's authority is taken away: another server may know it. */
function withTrust(data: Data, { clients, frontProxies }: CallerTrust): Data {
  const both = (key: string, more: readonly string[]): string => {
    const known = data[key] === undefined ? [] : (JSON.parse(data[key]) as readonly string[]);
    return JSON.stringify([...new Set([...known, ...more])]);
  };
  return {
    ...data,
    ...(clients === undefined ? {} : { "client-ca-file": bundle(data["client-ca-file"], clients) }),
    ...(frontProxies === undefined
      ? {}
      : {
          "requestheader-allowed-names": both("requestheader-allowed-names", frontProxies.names),
          "requestheader-client-ca-file": bundle(
            data["requestheader-client-ca-file"],
            frontProxies.authorities,
          ),
          "requestheader-extra-headers-prefix": both("requestheader-extra-headers-prefix", [
            "X-Remote-Extra-",
          ]),
          "requestheader-group-headers": both("requestheader-group-headers", ["X-Remote-Group"]),
          "requestheader-uid-headers": both("requestheader-uid-headers", ["X-Remote-Uid"]),
          "requestheader-username-headers": both("requestheader-username-headers", ["X-Remote-User"]),
        }),
  };
}

/** The certificates of both, each once. */
function bundle(known = "", more: string): string {
  const certificates = `${known}\n${more}`.match(
    /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
  );
  return [...new Set(certificates)].map((one) => `${one}\n`).join("");
}
