/**
 * A cluster's API server: over its store, behind a front with a socket or only in process, with the nodes that it calls.
 */
import { resources } from "#api";
import { type Answer, ApiServer, type Call, HttpBackends, HttpsFront, HttpsNodes } from "#apiserver";
import type { Component, RootEnv } from "#base";
import type { ClusterPki } from "#base/pki";
import type { ServeKubelet } from "#kubelet";
import type { RevisionStore } from "#store";
import { InProcessAccess } from "./access.ts";
import { advertisedAt, listenAddresses } from "./api-addresses.ts";
import { readApiTexts } from "./api-texts.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { Compactor } from "./compactor.ts";
import { serveOverHttps } from "./kubelet-serving.ts";
import { LocalNodes } from "./local-nodes.ts";

/** What every cluster has before it serves. */
export interface ClusterBase {
  readonly env: RootEnv;
  readonly pki: ClusterPki;
  readonly store: RevisionStore;
  /** Resolves when it is open, which takes a while: what needs none of its content is made before. */
  readonly opened: Promise<void>;
  readonly stack: AsyncDisposableStack;
}

/** With its API server, which answers. */
export interface ServedCluster extends ClusterBase {
  readonly server: ApiServer;
  readonly access: InProcessAccess;
  readonly nodes: LocalNodes;
  /** What runs over the server, by name, as it starts. */
  readonly components: Map<string, Component>;
  readonly front: HttpsFront | undefined;
}

/** The front listens first, so that the server knows its port; calls wait until the server has its first objects. */
export async function serveCluster(
  base: ClusterBase,
  config: ClusterConfig,
  signal: AbortSignal,
): Promise<ServedCluster> {
  const { env, pki, store, stack } = base;
  const { listen, advertise, ranges = {}, apiServer } = config;
  const { clusterDomain } = ranges;
  const { promise: opened, resolve: open } = Promise.withResolvers<ApiServer>();
  let handle = async (call: Call): Promise<Answer> => await (await opened).handle(call);
  let front: HttpsFront | undefined;
  if (listen !== undefined) {
    const options = {
      addresses: listenAddresses(listen, advertise),
      certificate: pki.apiserver.certificatePem,
      privateKey: pki.apiserver.privateKeyPem,
      clientAuthorities: pki.ca.certificatePem,
      proxyAuthorities: pki.frontProxyCa.certificatePem,
    };
    front = stack.use(new HttpsFront(env.child("front"), { handle: (call) => handle(call) }, options));
    await front.start(signal);
  }
  const advertised =
    listen === undefined || front === undefined
      ? undefined
      : advertisedAt(advertise ?? listen.host, front.port);
  const { certificatePem: certificate, privateKeyPem: privateKey } = pki.apiserverKubeletClient;
  const nodes = new LocalNodes(new HttpsNodes({ certificate, privateKey }));
  const components = new Map<string, Component>();
  const server = stack.use(
    new ApiServer(
      env.child("apiserver"),
      {
        store,
        resources,
        tokenKeys: [pki.serviceAccountKeys],
        nodes,
        backends: new HttpBackends(),
        components,
        describe: readApiTexts,
      },
      {
        rootCertificate: pki.ca.certificatePem,
        callers: {
          clients: pki.ca.certificatePem,
          frontProxies: { authorities: pki.frontProxyCa.certificatePem, names: ["front-proxy-client"] },
        },
        ...(advertised === undefined ? {} : { advertised }),
        ...(front === undefined ? {} : { port: front.port }),
        ...(clusterDomain === undefined ? {} : { issuer: `https://kubernetes.default.svc.${clusterDomain}` }),
        ...ranges,
        ...apiServer,
      },
    ),
  );
  await base.opened;
  await server.start(signal);
  open(server);
  handle = (call) => server.handle(call);
  await stack.use(new Compactor(env.child("compactor"), { store })).start();
  const access = stack.use(new InProcessAccess(server));
  return { ...base, server, access, nodes, components, front };
}

/** The API server of this process reaches it by a call, everybody else at its port. */
export function servedNode({ env, pki, nodes }: ServedCluster, port: number): ServeKubelet {
  const authorities = { issuer: pki.ca, clients: pki.ca.certificatePem };
  const serve = serveOverHttps(env.child("kubelet"), authorities, { host: "", port });
  return async (node, signal) => {
    const served = await serve(node, signal);
    const local = nodes.add(node.nodeName, node.server);
    return {
      ...served,
      async [Symbol.asyncDispose]() {
        await local[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  };
}
