/** The operating system's sockets keep the contract. */
import { socketsContract } from "./sockets.contract.ts";
import { TcpStreams, UdpDatagrams } from "./sockets-node.ts";

socketsContract("node", async (body) => {
  const [datagrams, streams] = [new UdpDatagrams(), new TcpStreams()];
  await body({
    bind: (at, receive) => datagrams.bind(at, receive),
    listen: (at, accept) => streams.listen(at, accept),
    connect: (to, signal) => streams.connect(to, signal),
  });
});
