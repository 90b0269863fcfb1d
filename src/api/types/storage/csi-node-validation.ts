/** Validation of the drivers of a node. */
import { at, type FieldErrors } from "../../field-errors.ts";
import { byteLength } from "../../names/check.ts";
import { qualifiedName } from "../../names/qualified-name.ts";
import { sameOf } from "../../same-of.ts";
import { validateDriverName } from "../core/volume-validation.ts";
import { type CSINode, CSINodeDriver } from "./csi-node.ts";

const maxNodeIdBytes = 256;

export function validateCsiNode({ spec }: CSINode, errors: FieldErrors): void {
  const names = new Set<string>();
  for (const [i, driver] of (spec.drivers ?? []).entries()) {
    const path = at("spec.drivers", i);
    validateDriverName(driver.name, at(path, "name"), errors);
    if (driver.nodeID === "") errors.required(at(path, "nodeID"));
    else if (byteLength(driver.nodeID) > maxNodeIdBytes)
      errors.invalid(at(path, "nodeID"), driver.nodeID, `must be ${maxNodeIdBytes} characters or less`);
    const count = driver.allocatable?.count;
    if (count !== undefined && count < 0)
      errors.invalid(at(at(path, "allocatable"), "count"), count, "must be greater than or equal to 0");
    if (names.has(driver.name)) errors.duplicate(at(path, "name"), driver.name);
    names.add(driver.name);
    const keys = new Set<string>();
    for (const key of driver.topologyKeys ?? []) {
      if (key === "") errors.required(path);
      if (keys.has(key)) errors.duplicate(path, key);
      keys.add(key);
      errors.invalidEach(path, key, qualifiedName(key));
    }
  }
}

export function validateCsiNodeUpdate(node: CSINode, old: CSINode, errors: FieldErrors): void {
  validateCsiNode(node, errors);
  for (const before of old.spec.drivers ?? []) {
    const after = node.spec.drivers?.find((driver) => driver.name === before.name);
    if (after === undefined) continue;
    const { allocatable: _, ...now } = after;
    const { allocatable: __, ...was } = before;
    if (!sameOf(CSINodeDriver, now, was)) errors.invalid("spec.drivers", after, "field is immutable");
  }
}
