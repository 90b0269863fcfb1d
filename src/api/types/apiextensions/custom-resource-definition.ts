/**
 * Custom resource definitions.
 * A table of apiextensions.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  bool,
  by,
  bytes,
  known,
  field,
  int32,
  int64,
  kind,
  message,
  nullable,
  omitempty,
  optional,
  type Plain,
  type Shape,
  string,
  struct,
  time,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "../meta/condition.ts";
import { kindList, type KubeList } from "../meta/kind-list.ts";
import { ObjectMeta } from "../meta/object-meta.ts";
import { JSONSchemaProps } from "./json-schema.ts";
import { defaultDefinitionSpec, defaultServiceReference } from "./custom-resource-definition-defaults.ts";

export interface CustomResourceColumnDefinition extends Shape<typeof CustomResourceColumnDefinition>, Plain {}
export const CustomResourceColumnDefinition = message<CustomResourceColumnDefinition>(
  "CustomResourceColumnDefinition",
)({
  name: field(1, string),
  type: field(2, string),
  format: omitempty(3, string),
  description: omitempty(4, string),
  priority: omitempty(5, int32),
  jsonPath: field(6, string),
});

export interface ServiceReference extends Shape<typeof ServiceReference>, Plain {}
export const ServiceReference = message<ServiceReference>("ServiceReference")(
  {
    namespace: field(1, string),
    name: field(2, string),
    path: optional(3, string),
    port: optional(4, int32),
  },
  { default: defaultServiceReference },
);

export interface WebhookClientConfig extends Shape<typeof WebhookClientConfig>, Plain {}
export const WebhookClientConfig = message<WebhookClientConfig>("WebhookClientConfig")({
  url: optional(3, string),
  service: optional(1, ServiceReference),
  caBundle: omitempty(2, bytes),
});

export interface WebhookConversion extends Shape<typeof WebhookConversion>, Plain {}
export const WebhookConversion = message<WebhookConversion>("WebhookConversion")({
  clientConfig: optional(2, WebhookClientConfig),
  conversionReviewVersions: field(3, atomic(string)),
});

export type ConversionStrategyType = Value<typeof ConversionStrategyType>;
export const ConversionStrategyType = known("None", "Webhook");

export interface CustomResourceConversion extends Shape<typeof CustomResourceConversion>, Plain {}
export const CustomResourceConversion = message<CustomResourceConversion>("CustomResourceConversion")({
  strategy: field(1, ConversionStrategyType),
  webhook: optional(2, WebhookConversion),
});

export interface CustomResourceDefinitionNames extends Shape<typeof CustomResourceDefinitionNames>, Plain {}
export const CustomResourceDefinitionNames = message<CustomResourceDefinitionNames>(
  "CustomResourceDefinitionNames",
)({
  plural: field(1, string),
  singular: omitempty(2, string),
  shortNames: omitempty(3, atomic(string)),
  kind: field(4, string),
  listKind: omitempty(5, string),
  categories: omitempty(6, atomic(string)),
});

export interface CustomResourceValidation extends Shape<typeof CustomResourceValidation>, Plain {}
export const CustomResourceValidation = message<CustomResourceValidation>("CustomResourceValidation")({
  openAPIV3Schema: optional(1, JSONSchemaProps),
});

export interface CustomResourceSubresourceStatus
  extends Shape<typeof CustomResourceSubresourceStatus>,
    Plain {}
export const CustomResourceSubresourceStatus = message<CustomResourceSubresourceStatus>(
  "CustomResourceSubresourceStatus",
)({});

export interface CustomResourceSubresourceScale extends Shape<typeof CustomResourceSubresourceScale>, Plain {}
export const CustomResourceSubresourceScale = message<CustomResourceSubresourceScale>(
  "CustomResourceSubresourceScale",
)({
  specReplicasPath: field(1, string),
  statusReplicasPath: field(2, string),
  labelSelectorPath: optional(3, string),
});

export interface CustomResourceSubresources extends Shape<typeof CustomResourceSubresources>, Plain {}
export const CustomResourceSubresources = message<CustomResourceSubresources>("CustomResourceSubresources")({
  status: optional(1, CustomResourceSubresourceStatus),
  scale: optional(2, CustomResourceSubresourceScale),
});

export interface SelectableField extends Shape<typeof SelectableField>, Plain {}
export const SelectableField = message<SelectableField>("SelectableField")({
  jsonPath: field(1, string),
});

export interface CustomResourceDefinitionVersion
  extends Shape<typeof CustomResourceDefinitionVersion>,
    Plain {}
export const CustomResourceDefinitionVersion = message<CustomResourceDefinitionVersion>(
  "CustomResourceDefinitionVersion",
)({
  name: field(1, string),
  served: field(2, bool),
  storage: field(3, bool),
  deprecated: omitempty(7, bool),
  deprecationWarning: optional(8, string),
  schema: optional(4, CustomResourceValidation),
  subresources: optional(5, CustomResourceSubresources),
  additionalPrinterColumns: omitempty(6, atomic(CustomResourceColumnDefinition)),
  selectableFields: omitempty(9, atomic(SelectableField), { gate: "CustomResourceFieldSelectors" }),
});

export type ResourceScope = Value<typeof ResourceScope>;
export const ResourceScope = known("Cluster", "Namespaced");

export interface CustomResourceDefinitionSpec extends Shape<typeof CustomResourceDefinitionSpec>, Plain {}
export const CustomResourceDefinitionSpec = message<CustomResourceDefinitionSpec>(
  "CustomResourceDefinitionSpec",
)(
  {
    group: field(1, string),
    names: field(3, CustomResourceDefinitionNames),
    scope: field(4, ResourceScope),
    versions: field(7, atomic(CustomResourceDefinitionVersion)),
    conversion: optional(9, CustomResourceConversion),
    preserveUnknownFields: omitempty(10, bool),
  },
  { default: defaultDefinitionSpec },
);

export type CustomResourceDefinitionConditionType = Value<typeof CustomResourceDefinitionConditionType>;
export const CustomResourceDefinitionConditionType = known(
  "Established",
  "KubernetesAPIApprovalPolicyConformant",
  "NamesAccepted",
  "NonStructuralSchema",
  "StorageMigrating",
  "Terminating",
);

export interface CustomResourceDefinitionCondition
  extends Shape<typeof CustomResourceDefinitionCondition>,
    Plain {}
export const CustomResourceDefinitionCondition = message<CustomResourceDefinitionCondition>(
  "CustomResourceDefinitionCondition",
)({
  type: field(1, CustomResourceDefinitionConditionType),
  status: field(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
  observedGeneration: omitempty(6, int64, { gate: "CRDObservedGenerationTracking" }),
});

export interface CustomResourceDefinitionStatus extends Shape<typeof CustomResourceDefinitionStatus>, Plain {}
export const CustomResourceDefinitionStatus = message<CustomResourceDefinitionStatus>(
  "CustomResourceDefinitionStatus",
)({
  conditions: nullable(1, by("type", CustomResourceDefinitionCondition), { keepsEmpty: true }),
  acceptedNames: struct(2, CustomResourceDefinitionNames),
  storedVersions: nullable(3, atomic(string), { keepsEmpty: true }),
  observedGeneration: omitempty(4, int64, { gate: "CRDObservedGenerationTracking" }),
});

export interface CustomResourceDefinition extends Shape<typeof CustomResourceDefinition>, Plain {}
export const CustomResourceDefinition = kind<CustomResourceDefinition>(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
)({
  metadata: struct(1, ObjectMeta),
  spec: field(2, CustomResourceDefinitionSpec),
  status: struct(3, CustomResourceDefinitionStatus),
});

export type CustomResourceDefinitionList = KubeList<CustomResourceDefinition>;
export const CustomResourceDefinitionList = kindList(CustomResourceDefinition);
