/**
 * Priority levels: how much of the server a flow may take.
 * A table of flowcontrol.apiserver.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  always,
  by,
  known,
  field,
  int32,
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
import { defaultExempt, defaultLimited, defaultQueuing } from "./flow-defaults.ts";

export interface ExemptPriorityLevelConfiguration
  extends Shape<typeof ExemptPriorityLevelConfiguration>,
    Plain {}
export const ExemptPriorityLevelConfiguration = message<ExemptPriorityLevelConfiguration>(
  "ExemptPriorityLevelConfiguration",
)(
  {
    nominalConcurrencyShares: optional(1, int32),
    lendablePercent: optional(2, int32),
  },
  { default: defaultExempt },
);

export interface QueuingConfiguration extends Shape<typeof QueuingConfiguration>, Plain {}
export const QueuingConfiguration = message<QueuingConfiguration>("QueuingConfiguration")(
  {
    queues: always(1, int32),
    handSize: always(2, int32),
    queueLengthLimit: always(3, int32),
  },
  { default: defaultQueuing },
);

export type LimitResponseType = Value<typeof LimitResponseType>;
export const LimitResponseType = known("Queue", "Reject");

export interface LimitResponse extends Shape<typeof LimitResponse>, Plain {}
export const LimitResponse = message<LimitResponse>("LimitResponse")({
  type: field(1, LimitResponseType),
  queuing: optional(2, QueuingConfiguration),
});

export interface LimitedPriorityLevelConfiguration
  extends Shape<typeof LimitedPriorityLevelConfiguration>,
    Plain {}
export const LimitedPriorityLevelConfiguration = message<LimitedPriorityLevelConfiguration>(
  "LimitedPriorityLevelConfiguration",
)(
  {
    nominalConcurrencyShares: nullable(1, int32),
    limitResponse: struct(2, LimitResponse),
    lendablePercent: optional(3, int32),
    borrowingLimitPercent: optional(4, int32),
  },
  { default: defaultLimited },
);

export type PriorityLevelEnablement = Value<typeof PriorityLevelEnablement>;
export const PriorityLevelEnablement = known("Exempt", "Limited");

export interface PriorityLevelConfigurationSpec extends Shape<typeof PriorityLevelConfigurationSpec>, Plain {}
export const PriorityLevelConfigurationSpec = message<PriorityLevelConfigurationSpec>(
  "PriorityLevelConfigurationSpec",
)({
  type: field(1, PriorityLevelEnablement),
  limited: optional(2, LimitedPriorityLevelConfiguration),
  exempt: optional(3, ExemptPriorityLevelConfiguration),
});

export interface PriorityLevelConfigurationCondition
  extends Shape<typeof PriorityLevelConfigurationCondition>,
    Plain {}
export const PriorityLevelConfigurationCondition = message<PriorityLevelConfigurationCondition>(
  "PriorityLevelConfigurationCondition",
)({
  type: omitempty(1, string),
  status: omitempty(2, ConditionStatus),
  lastTransitionTime: nullable(3, time),
  reason: omitempty(4, string),
  message: omitempty(5, string),
});

export interface PriorityLevelConfigurationStatus
  extends Shape<typeof PriorityLevelConfigurationStatus>,
    Plain {}
export const PriorityLevelConfigurationStatus = message<PriorityLevelConfigurationStatus>(
  "PriorityLevelConfigurationStatus",
)({
  conditions: omitempty(1, by("type", PriorityLevelConfigurationCondition), { patch: "merge" }),
});

export interface PriorityLevelConfiguration extends Shape<typeof PriorityLevelConfiguration>, Plain {}
export const PriorityLevelConfiguration = kind<PriorityLevelConfiguration>(
  "flowcontrol.apiserver.k8s.io/v1",
  "PriorityLevelConfiguration",
)({
  metadata: struct(1, ObjectMeta),
  spec: struct(2, PriorityLevelConfigurationSpec),
  status: struct(3, PriorityLevelConfigurationStatus),
});

export type PriorityLevelConfigurationList = KubeList<PriorityLevelConfiguration>;
export const PriorityLevelConfigurationList = kindList(PriorityLevelConfiguration);
