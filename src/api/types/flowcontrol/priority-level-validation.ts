/** Validation of priority levels. The hands that queues are dealt to requests must fit into 60 bits. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { catchAllLevel, validateFixed } from "./mandatory.ts";
import {
  type ExemptPriorityLevelConfiguration,
  type LimitedPriorityLevelConfiguration,
  type PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  type QueuingConfiguration,
} from "./priority-level-configuration.ts";

const maxQueues = 10_000_000;
const maxHashBits = 60;

export function validatePriorityLevel(
  { metadata, spec }: PriorityLevelConfiguration,
  errors: FieldErrors,
): void {
  const isExempt = metadata.name === "exempt";
  if (isExempt !== (spec.type === "Exempt"))
    errors.invalid("spec.type", spec.type, "type must be 'Exempt' if and only if `name` is 'exempt'");
  validateSpec(spec, errors);
  // Who goes free may be given shares to lend.
  const { exempt: _, ...withoutExempt } = spec;
  if (isExempt) validateFixed(PriorityLevelConfigurationSpec, withoutExempt, { type: "Exempt" }, errors);
  if (metadata.name === "catch-all")
    validateFixed(PriorityLevelConfigurationSpec, spec, catchAllLevel, errors);
}

function validateSpec(spec: PriorityLevelConfigurationSpec, errors: FieldErrors): void {
  if (spec.type === "Exempt") {
    if (spec.limited !== undefined)
      errors.forbidden("spec.limited", "must be nil if the type is not Limited");
    if (spec.exempt !== undefined) validateShares(spec.exempt, "spec.exempt", errors);
    return;
  }
  if (spec.type !== "Limited") return errors.notSupported("spec.type", spec.type, ["Exempt", "Limited"]);
  if (spec.exempt !== undefined) errors.forbidden("spec.exempt", "must be nil if the type is Limited");
  if (spec.limited === undefined) errors.required("spec.limited", "must not be empty when type is Limited");
  else validateLimited(spec.limited, "spec.limited", errors);
}

function validateLimited(
  limited: LimitedPriorityLevelConfiguration,
  path: string,
  errors: FieldErrors,
): void {
  validateShares(limited, path, errors);
  const { type, queuing } = limited.limitResponse;
  const response = at(path, "limitResponse");
  if (type === "Reject") {
    if (queuing !== undefined)
      errors.forbidden(at(response, "queuing"), "must be nil if limited.limitResponse.type is not Queue");
  } else if (type !== "Queue") errors.notSupported(at(response, "type"), type, ["Queue", "Reject"]);
  else if (queuing === undefined)
    errors.required(at(response, "queuing"), "must not be empty if limited.limitResponse.type is Queue");
  else validateQueuing(queuing, at(response, "queuing"), errors);
  const borrowing = limited.borrowingLimitPercent ?? 0;
  if (borrowing < 0)
    errors.invalid(at(path, "borrowingLimitPercent"), borrowing, "must be a non-negative integer");
}

/** What both types of level have. */
function validateShares(
  level: LimitedPriorityLevelConfiguration | ExemptPriorityLevelConfiguration,
  path: string,
  errors: FieldErrors,
): void {
  const { nominalConcurrencyShares: shares, lendablePercent: lendable = 0 } = level;
  if ((shares ?? 0) < 0)
    errors.invalid(at(path, "nominalConcurrencyShares"), shares, "must be a non-negative integer");
  if (lendable < 0 || lendable > 100)
    errors.invalid(at(path, "lendablePercent"), lendable, "must be between 0 and 100, inclusive");
}

function validateQueuing(queuing: QueuingConfiguration, path: string, errors: FieldErrors): void {
  const { queues, handSize, queueLengthLimit } = queuing;
  if (queueLengthLimit <= 0)
    errors.invalid(at(path, "queueLengthLimit"), queueLengthLimit, "must be positive");
  if (queues <= 0) errors.invalid(at(path, "queues"), queues, "must be positive");
  if (queues > maxQueues) errors.invalid(at(path, "queues"), queues, `must not be greater than ${maxQueues}`);
  if (handSize <= 0) errors.invalid(at(path, "handSize"), handSize, "must be positive");
  else if (handSize > queues)
    errors.invalid(at(path, "handSize"), handSize, `should not be greater than queues (${queues})`);
  else {
    let bits = 0;
    for (let i = 0; i < handSize && bits <= maxHashBits; i++) bits += Math.log2(queues - i);
    if (bits > maxHashBits)
      errors.invalid(
        at(path, "handSize"),
        handSize,
        "required entropy bits of deckSize and handSize are too many",
      );
  }
}
