/** The kernel's nft keeps the contract, in a network namespace of its own. */
import { createRealEnv, SystemProcesses } from "#base/real";
import { NetworkNamespace, noNamespaces } from "../testing/network-namespace.ts";
import { InteractiveNft } from "./interactive-nft.ts";
import { nftSinkContract } from "./nft-sink.contract.ts";

nftSinkContract(
  "nft",
  async () => {
    const env = createRealEnv({ name: "nft-contract" });
    const namespace = NetworkNamespace.make();
    const sink = new InteractiveNft(
      env,
      { processes: new SystemProcesses() },
      { command: namespace.command("nft") },
    );
    return {
      sink,
      async close() {
        await sink[Symbol.asyncDispose]();
        await env[Symbol.asyncDispose]();
        namespace[Symbol.dispose]();
      },
    };
  },
  noNamespaces(["nft"]),
);
