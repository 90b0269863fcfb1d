/** The types of scheduling.k8s.io/v1: each name is a type and its table. */
export { PriorityClass, PriorityClassList } from "./priority-class.ts";
