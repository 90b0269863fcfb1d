/** The operating system's TCP keeps the contract. */
import { TcpChannels } from "./channels-node.ts";
import { channelsContract } from "./channels.contract.ts";

channelsContract("TcpChannels", (body) => body(new TcpChannels()));
