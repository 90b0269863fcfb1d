/** The kubelet's suite on the twin: the real API server on a memory store, everything in virtual time. */
import { kubeletSuite } from "./kubelet.suite.ts";
import { SimNode } from "./testing/sim-node.ts";

kubeletSuite("Kubelet on the twin", async () => new SimNode("kubelet"));
