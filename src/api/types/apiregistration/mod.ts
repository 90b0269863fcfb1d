/** The types of apiregistration.k8s.io/v1: each name is a type and its table. */
export {
  APIService,
  APIServiceCondition,
  APIServiceConditionType,
  APIServiceList,
  APIServiceSpec,
  APIServiceStatus,
  ServiceReference,
} from "./api-service.ts";
