/** A simulated host passes the Env contract. */
import { envContract } from "../env.contract.ts";
import { SimWorld } from "./world.ts";

envContract("SimWorld.env", (logSink) => {
  const world = new SimWorld("env contract", { logSink });
  return { env: world.env("root"), run: (fn) => world.run(fn) };
});
