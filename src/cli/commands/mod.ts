/** The table of commands, in the order of the help. */
import type { CliCommand } from "../command.ts";
import { apiserver } from "./apiserver.ts";
import { controllerManager } from "./controller-manager.ts";
import { dns } from "./dns.ts";
import { down } from "./down.ts";
import { image } from "./image.ts";
import { kubelet } from "./kubelet.ts";
import { node } from "./node.ts";
import { proxy } from "./proxy.ts";
import { scheduler } from "./scheduler.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

export const commands = [
  up,
  down,
  status,
  image,
  node,
  apiserver,
  controllerManager,
  scheduler,
  kubelet,
  proxy,
  dns,
] as const satisfies readonly CliCommand[];
