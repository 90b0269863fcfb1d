/** Reads of one path over both protocols, each beside the same load against canned bytes. */
import { h2load, type H2LoadOptions } from "./h2load.ts";
import { closedLoop, requestBytes } from "./lean-connection.ts";
import type { Figure } from "./report.ts";
import type { ServerProcess } from "./server-process.ts";

/** What clients accept: programs, Go's clients, `kubectl get`, and the garbage collector's informers. */
export const encodings = {
  JSON: "application/json",
  protobuf: "application/vnd.kubernetes.protobuf",
  Table: "application/json;as=Table;v=v1;g=meta.k8s.io",
  metadata: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
} as const;

export interface ReadLoad {
  readonly name: string;
  readonly path: string;
  readonly encoding?: keyof typeof encodings;
  readonly requests: number;
  readonly connections: number;
  /** Over HTTP/2, on each connection. Default 1. */
  readonly streams?: number;
  readonly http1?: boolean;
  /** In requests for each second, or in milliseconds a request when `asMs`. */
  readonly budget?: number;
  readonly asMs?: boolean;
}

/** The load against `ours` and `canned`; what `ours` paid is in the figure. */
export async function readLoad(ours: ServerProcess, canned: ServerProcess, load: ReadLoad): Promise<Figure> {
  await rate(ours, { ...load, requests: Math.ceil(load.requests / 5) });
  const { value, usage } = await ours.measure(() => rate(ours, load));
  const ceiling = await rate(canned, load);
  const { name, encoding = "JSON", http1 = false, asMs = false, budget, requests: operations } = load;
  const shown = (perSecond: number): number => (asMs ? 1_000 / perSecond : perSecond);
  const title = `${name}, ${encoding}, HTTP/${http1 ? "1.1" : "2"}`;
  const rest = { ceiling: shown(ceiling), usage, operations };
  return { name: title, value: shown(value), unit: asMs ? "ms" : "/s", budget, ...rest };
}

async function rate(server: ServerProcess, load: ReadLoad): Promise<number> {
  const { path, requests, connections, http1 = false, streams = 1, encoding = "JSON" } = load;
  const accept = encodings[encoding];
  const options: H2LoadOptions = { requests, connections, streams: http1 ? 1 : streams, http1, accept };
  const result = await h2load(server.target, path, options);
  if (result !== undefined && result.failed > 0) throw new Error(`${result.failed} reads of ${path} failed`);
  if (result !== undefined) return result.perSecond;
  const request = requestBytes(server.target, "GET", path, "", "", accept);
  return (await closedLoop(server.target, connections * streams, requests, () => request)).perSecond;
}
