/** DefaultTolerationSeconds: a pod stays five minutes on a node that stops answering, unless it says otherwise. */
import type { Pod } from "#api";
import type { AdmissionPlugin } from "./admission.ts";

const seconds = 300;
const taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

export const defaultTolerationSeconds: AdmissionPlugin = {
  operations: ["CREATE", "UPDATE"],
  resources: ["pods"],
  mutate({ object }) {
    const pod = object as Pod;
    const present = pod.spec.tolerations ?? [];
    const missing = taints.filter(
      (taint) =>
        !present.some(
          ({ key = "", effect = "" }) =>
            (key === taint || key === "") && (effect === "NoExecute" || effect === ""),
        ),
    );
    if (missing.length === 0) return;
    const added = missing.map((key) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: seconds,
    }));
    pod.spec.tolerations = [...present, ...added];
  },
};
