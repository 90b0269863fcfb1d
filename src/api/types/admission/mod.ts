/** The types of admission.k8s.io/v1: each name is a type and its table. */
export {
  AdmissionRequest,
  AdmissionResponse,
  AdmissionReview,
  Operation,
  PatchType,
} from "./admission-review.ts";
