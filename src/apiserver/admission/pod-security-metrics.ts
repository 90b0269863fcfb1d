/** What pod security decided, by upstream's names: every enforcement, and what the other modes would have refused. */
import { kubernetesVersion, levelText, type LevelVersion, type SecurityPolicy } from "#api";
import type { Counter, Metrics } from "#base";
import type { AdmissionRequest } from "./admission.ts";

/** Of this server, `36` of v1.36. */
const ownMinor = Number(kubernetesVersion.split(".")[1]);

const requestLabels = ["request_operation", "resource", "subresource"];

/** Counts by request and by policy. */
export class PodSecurityMetrics {
  readonly #evaluations: Counter;
  readonly #exemptions: Counter;

  constructor(metrics: Metrics) {
    this.#evaluations = metrics.counter(
      "pod_security_evaluations_total",
      "Number of policy evaluations that occurred",
      ["decision", "policy_level", "policy_version", "mode", ...requestLabels],
    );
    this.#exemptions = metrics.counter(
      "pod_security_exemptions_total",
      "Number of exempt requests, not counting ignored or out of scope requests",
      requestLabels,
    );
  }

  decided(
    request: AdmissionRequest,
    decision: "allow" | "deny",
    mode: keyof SecurityPolicy,
    asked: LevelVersion,
  ): void {
    const isKnown = asked.minor === Number.POSITIVE_INFINITY || asked.minor <= ownMinor;
    const version = isKnown ? levelText(asked).slice(asked.level.length + 1) : "future";
    this.#evaluations.inc(1, decision, asked.level, version, mode, ...requestValues(request));
  }

  exempted(request: AdmissionRequest): void {
    this.#exemptions.inc(1, ...requestValues(request));
  }
}

function requestValues({ operation, resource, subresource }: AdmissionRequest): readonly string[] {
  return [operation.toLowerCase(), resource.plural === "pods" ? "pod" : "controller", subresource];
}
