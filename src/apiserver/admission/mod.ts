/** The admission plug-ins that are on by default, in upstream's order. Adding one: see README.md beside this file. */
import type { AdmissionPlugin } from "./admission.ts";
import { defaultIngressClass } from "./default-ingress-class.ts";
import { defaultStorageClass } from "./default-storage-class.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { priority } from "./priority.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccount } from "./service-account.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";

/** By upstream's plug-in names. */
export const admissionPlugins = {
  NamespaceLifecycle: namespaceLifecycle,
  ServiceAccount: serviceAccount,
  TaintNodesByCondition: taintNodesByCondition,
  Priority: priority,
  DefaultTolerationSeconds: defaultTolerationSeconds,
  DefaultStorageClass: defaultStorageClass,
  StorageObjectInUseProtection: storageObjectInUseProtection,
  RuntimeClass: runtimeClass,
  DefaultIngressClass: defaultIngressClass,
} as const satisfies Readonly<Record<string, AdmissionPlugin>>;
