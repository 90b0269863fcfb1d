/** The simulated nft keeps the contract. */
import { nftSinkContract } from "./nft-sink.contract.ts";
import { SimNft } from "./sim-nft.ts";

nftSinkContract("SimNft", async () => ({ sink: new SimNft(), close: async () => {} }));
