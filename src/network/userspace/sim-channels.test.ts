/** TCP in virtual time keeps the contract. */
import { SimWorld } from "#base/sim";
import { channelsContract } from "./channels.contract.ts";
import { SimChannels } from "./sim-channels.ts";

channelsContract("SimChannels", async (body) => {
  const world = new SimWorld("channels");
  await world.run(() => body(new SimChannels(world.env("host"))));
});
