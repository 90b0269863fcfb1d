/** The types of node.k8s.io/v1: each name is a type and its table. */
export { Overhead, RuntimeClass, RuntimeClassList, Scheduling } from "./runtime-class.ts";
