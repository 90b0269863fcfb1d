/** ControllerRevision: an immutable snapshot of a StatefulSet's or DaemonSet's template. */
import { subdomainName } from "../../names/object-name.ts";
import type { Resource } from "../../resource.ts";
import { ControllerRevision } from "../../types/apps/mod.ts";
import {
  validateControllerRevision,
  validateControllerRevisionUpdate,
} from "../../types/apps/controller-revision-validation.ts";
import { age, name, text } from "../columns.ts";
import { define } from "../define.ts";

export const controllerRevisions: Resource<ControllerRevision> = define({
  type: ControllerRevision,
  plural: "controllerrevisions",
  namespaced: true,
  strategy: {
    allowUnconditionalUpdate: false,
    name: subdomainName,
    metadataOnUpdate: ["changes", "whole"],
    validateCreate: validateControllerRevision,
    validateUpdate: validateControllerRevisionUpdate,
  },
  columns: [
    name,
    text("Controller", (object) => controllerText(object)),
    text("Revision", ({ revision }) => revision),
    age,
  ],
});

/** `statefulset.apps/web`. */
function controllerText({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find((one) => one.controller);
  if (owner === undefined) return "<none>";
  const slash = owner.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}
