/** A real API server on the memory store, in any `Env`. */
import { resources } from "#api";
import {
  ApiServer,
  type ApiServerDeps,
  type ApiServerOptions,
  Catalog,
  describeRecords,
  type User,
  userOf,
} from "#apiserver";
import type { Env } from "#base";
import { MemoryJournal, RevisionStore, type Store, type StoreOptions } from "#store";

/** What the server publishes as its authority when none is given. */
export const testAuthority = "the authority";

/** May do everything. */
export const adminUser: User = userOf("admin", ["system:masters", "system:authenticated"]);

export interface ServedStore {
  readonly server: ApiServer;
  readonly store: Store;
}

/** Starts a store and a server over it; both live as long as `env`. */
export async function startApiServer(
  env: Env,
  rootCertificate = testAuthority,
  storeOptions: StoreOptions = {},
  more: Partial<ApiServerDeps & ApiServerOptions> = {},
): Promise<ServedStore> {
  const { signal } = new AbortController();
  const journal = new MemoryJournal();
  const describe = describeRecords(new Catalog(resources));
  const store = new RevisionStore(env, { journal, describe }, storeOptions);
  await store.start(signal);
  const deps = { store, resources, tokenKeys: [env.crypto.generateKeyPair()], ...more };
  const server = new ApiServer(env, deps, { rootCertificate, freeze: true, ...more });
  await server.start(signal);
  return { server, store };
}
