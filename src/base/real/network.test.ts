/** TCP passes the network contract. */
import { networkContract } from "../network.contract.ts";
import { RealClock } from "./clock.ts";
import { TcpNetwork } from "./network.ts";

networkContract("TcpNetwork", () => {
  const network = new TcpNetwork(new RealClock());
  return { server: network, client: network, address: "127.0.0.1:0", run: (fn) => fn() };
});
