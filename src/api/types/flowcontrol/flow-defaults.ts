/** Defaults of flow control. */
import type { FlowSchemaSpec } from "./flow-schema.ts";
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  QueuingConfiguration,
} from "./priority-level-configuration.ts";

export function defaultFlowSchema(spec: FlowSchemaSpec): void {
  spec.matchingPrecedence ||= 1000;
}

export function defaultExempt(exempt: ExemptPriorityLevelConfiguration): void {
  exempt.nominalConcurrencyShares ??= 0;
  exempt.lendablePercent ??= 0;
}

export function defaultLimited(limited: LimitedPriorityLevelConfiguration): void {
  limited.nominalConcurrencyShares ??= 30;
  limited.lendablePercent ??= 0;
}

export function defaultQueuing(queuing: QueuingConfiguration): void {
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}
