/**
 * Objects as a printed table.
 * A table of meta.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  any,
  atomic,
  enumOf,
  field,
  int32,
  kind,
  message,
  nullable,
  omitempty,
  type Plain,
  rawExtension,
  type Shape,
  string,
  struct,
  type Value,
} from "../../schema/mod.ts";
import { ConditionStatus } from "./condition.ts";
import { ListMeta } from "./object-meta.ts";

export interface TableColumnDefinition extends Shape<typeof TableColumnDefinition>, Plain {}
export const TableColumnDefinition = message<TableColumnDefinition>("TableColumnDefinition")({
  name: field(0, string),
  type: field(0, string),
  format: field(0, string),
  description: field(0, string),
  priority: field(0, int32),
});

export type RowConditionType = Value<typeof RowConditionType>;
export const RowConditionType = enumOf("Completed");

export interface TableRowCondition extends Shape<typeof TableRowCondition>, Plain {}
export const TableRowCondition = message<TableRowCondition>("TableRowCondition")({
  type: field(0, RowConditionType),
  status: field(0, ConditionStatus),
  reason: omitempty(0, string),
  message: omitempty(0, string),
});

export interface TableRow extends Shape<typeof TableRow>, Plain {}
export const TableRow = message<TableRow>("TableRow")({
  cells: field(0, atomic(any)),
  conditions: omitempty(0, atomic(TableRowCondition)),
  object: nullable(0, rawExtension),
});

export interface Table extends Shape<typeof Table>, Plain {}
export const Table = kind<Table>(
  "v1",
  "Table",
)({
  metadata: struct(0, ListMeta),
  columnDefinitions: field(0, atomic(TableColumnDefinition)),
  rows: field(0, atomic(TableRow)),
});
