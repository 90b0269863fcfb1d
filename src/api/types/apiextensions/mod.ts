/** The types of apiextensions.k8s.io/v1: each name is a type and its table. */
export { ConversionRequest, ConversionResponse, ConversionReview } from "./conversion-review.ts";
export {
  ConversionStrategyType,
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionConditionType,
  CustomResourceDefinitionList,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionStatus,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  CustomResourceSubresourceScale,
  CustomResourceSubresourceStatus,
  CustomResourceValidation,
  ResourceScope,
  SelectableField,
  ServiceReference,
  WebhookClientConfig,
  WebhookConversion,
} from "./custom-resource-definition.ts";
export {
  ExternalDocumentation,
  JSONSchemaProps,
  JSONSchemaPropsOrArray,
  JSONSchemaPropsOrBool,
  JSONSchemaPropsOrStringArray,
} from "./json-schema.ts";
export { FieldValueErrorReason, ValidationRule } from "./validation-rule.ts";
