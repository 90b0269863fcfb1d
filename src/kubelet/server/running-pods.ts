/** `/runningpods/`: what the runtime runs, whatever the API says. */
import type { Pod } from "#api";
import { containerNameLabel, podNameLabel, podNamespaceLabel } from "../runtime/labels.ts";
import type { RuntimeService } from "../runtime/runtime.ts";

/** As much of a PodList as the runtime knows. */
export async function runningPods(
  runtime: Pick<RuntimeService, "listPodSandbox" | "listContainers">,
  signal: AbortSignal,
): Promise<object> {
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandbox({ state: "SANDBOX_READY" }, signal),
    runtime.listContainers({ state: "CONTAINER_RUNNING" }, signal),
  ]);
  const items = sandboxes.map(({ id, uid, labels }): Pod => {
    const own = containers.filter((one) => one.podSandboxId === id);
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: labels[podNameLabel] ?? "", namespace: labels[podNamespaceLabel] ?? "", uid },
      spec: {
        containers: own.map(({ labels: { [containerNameLabel]: name = "" }, imageRef }) => {
          return { name, image: imageRef, resources: {} };
        }),
      },
      status: {},
    };
  });
  return { kind: "PodList", apiVersion: "v1", metadata: {}, items };
}
