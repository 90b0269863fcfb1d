/** Deployment: replaces pods gradually, through ReplicaSets. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import {
  validateDeployment,
  validateDeploymentStatus,
  validateDeploymentUpdate,
} from "../../types/apps/deployment-validation.ts";
import { Deployment } from "../../types/apps/mod.ts";
import { age, name, selectorText, templateColumns, text, wide } from "../columns.ts";
import { workloadWarnings } from "../core/pod-warnings.ts";
import { clearStatus, define, keepStatus, replicaScale, statusSubresource, zeroReplicas } from "../define.ts";

export const deployments: Resource<Deployment> = define({
  type: Deployment,
  plural: "deployments",
  namespaced: true,
  shortNames: ["deploy"],
  categories: ["all"],
  strategy: {
    name: subdomainName,
    generationOf: ["spec", "metadata.annotations"],
    resetFields: { "": [["status"]], status: [["spec"], ["metadata", "labels"]] },
    prepareForCreate: clearStatus,
    prepareForUpdate: keepStatus,
    warnings: (object, old) => workloadWarnings(object, old, object.spec.template, "spec.template"),
    validateCreate: validateDeployment,
    validateUpdate: validateDeploymentUpdate,
  },
  status: statusSubresource({ keeps: "labels", validateUpdate: validateDeploymentStatus }),
  scale: replicaScale,
  fillEmpty: zeroReplicas,
  columns: [
    name,
    text("Ready", ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    text("Up-to-date", ({ status }) => status.updatedReplicas ?? 0),
    text("Available", ({ status }) => status.availableReplicas ?? 0),
    age,
    ...templateColumns<Deployment>(({ spec }) => spec.template.spec),
    wide("Selector", ({ spec }) => selectorText(spec.selector ?? undefined)),
  ],
});
