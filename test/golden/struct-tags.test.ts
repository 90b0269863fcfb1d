/** Each field of the API prints as the tag of upstream's struct says: always, when set, or as `null`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Type } from "#api";
import * as types from "../../src/api/types/mod.ts";
import { missingTags, presencesOf, readTags } from "./struct-tags.ts";

const versions: Readonly<Record<string, object>> = {
  "admission.v1": types.admission,
  "admissionregistration.v1": types.admissionregistration,
  "apidiscovery.v2": types.apidiscovery,
  "apiextensions.v1": types.apiextensions,
  "apiregistration.v1": types.apiregistration,
  "apps.v1": types.apps,
  "authentication.v1": types.authentication,
  "authorization.v1": types.authorization,
  "autoscaling.v1": types.autoscalingV1,
  "autoscaling.v2": types.autoscaling,
  "batch.v1": types.batch,
  "certificates.v1": types.certificates,
  "coordination.v1": types.coordination,
  "core.v1": types.core,
  "discovery.v1": types.discovery,
  "events.v1": types.events,
  "flowcontrol.v1": types.flowcontrol,
  "meta.v1": types.meta,
  "metrics.v1beta1": types.metrics,
  "networking.v1": types.networking,
  "node.v1": types.node,
  "policy.v1": types.policy,
  "rbac.v1": types.rbac,
  "resource.v1": types.resource,
  "scheduling.v1": types.scheduling,
  "storage.v1": types.storage,
};

/** Lists, maps and bytes of which a valid object has some: that none print as `null` is never seen. */
const filled: Readonly<Record<string, readonly string[]>> = {
  MutatingWebhook: ["admissionReviewVersions"],
  ValidatingWebhook: ["admissionReviewVersions"],
  CustomResourceDefinitionSpec: ["versions"],
  WebhookConversion: ["conversionReviewVersions"],
  PodFailurePolicyOnExitCodesRequirement: ["values"],
  SuccessPolicy: ["rules"],
  CertificateSigningRequestSpec: ["request"],
  NodeSelector: ["nodeSelectorTerms"],
  NodeAllocatableResourceClaimStatus: ["resources"],
  PodExtendedResourceClaimStatus: ["requestMappings"],
  PodSpec: ["containers"],
  TopologySelectorLabelRequirement: ["values"],
  Endpoint: ["addresses"],
  NonResourcePolicyRule: ["nonResourceURLs", "verbs"],
  PolicyRulesWithSubjects: ["subjects"],
  ResourcePolicyRule: ["apiGroups", "resources", "verbs"],
  HTTPIngressRuleValue: ["paths"],
  PolicyRule: ["verbs"],
};

/** Answers that the server makes itself, with whatever is in them, and requests. */
const made: Readonly<Record<string, readonly string[]>> = {
  APIResourceDiscovery: ["verbs"],
  APISubresourceDiscovery: ["verbs"],
  APIGroup: ["versions"],
  APIGroupList: ["groups"],
  APIResource: ["verbs"],
  APIResourceList: ["resources"],
  APIVersions: ["serverAddressByClientCIDRs", "versions"],
  RootPaths: ["paths"],
  Table: ["columnDefinitions", "rows"],
  TableRow: ["cells"],
  ConversionRequest: ["objects"],
  ConversionResponse: ["convertedObjects"],
  NonResourceRule: ["verbs"],
  ResourceRule: ["verbs"],
  SubjectRulesReviewStatus: ["nonResourceRules", "resourceRules"],
  ContainerMetrics: ["usage"],
  NodeMetrics: ["usage"],
  PodMetrics: ["containers"],
  PodExecOptions: ["command"],
  RangeAllocation: ["data"],
};

/** Of times that are no pointers, it alone is left out when it is zero. */
const omitsZero = { ObjectMeta: ["creationTimestamp"] };

function isKnown(struct: string, name: string): boolean {
  const all: readonly Readonly<Record<string, readonly string[]>>[] = [filled, made, omitsZero];
  return all.some((one) => one[struct]?.includes(name)) || (struct.endsWith("List") && name === "items");
}

for (const [version, group] of Object.entries(versions)) {
  test(`fields of ${version} print as their tags say`, { skip: missingTags() ?? false }, () => {
    const tables = new Map(Object.entries(group as Record<string, Type>));
    const wrong: string[] = [];
    let compared = 0;
    for (const [struct, tags] of readTags(version)) {
      const table = tables.get(struct);
      for (const tag of table?.form === "message" ? tags : []) {
        const field = table?.fields.get(tag.name);
        const wanted = field === undefined ? [] : presencesOf(tag, field);
        compared += 1;
        if (field === undefined || !(wanted.includes(field.presence) || isKnown(struct, tag.name)))
          wrong.push(`${struct}.${tag.name} is ${field?.presence ?? "missing"}, not ${wanted.join(" or ")}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 5, `${compared} fields were compared`);
  });
}
