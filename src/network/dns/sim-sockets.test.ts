/** Sockets in virtual time keep the contract. */
import { SimWorld } from "#base/sim";
import { SimSockets } from "./sim-sockets.ts";
import { socketsContract } from "./sockets.contract.ts";

socketsContract("SimSockets", async (body) => {
  const world = new SimWorld("sockets");
  await world.run(() => body(new SimSockets(world.env("host"))));
});
