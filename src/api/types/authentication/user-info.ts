/**
 * Who a user is.
 * A table of authentication.k8s.io/v1; the words are those of src/api/schema. Row order is JSON order.
 */
import {
  atomic,
  boxed,
  list,
  map,
  message,
  omitempty,
  type Plain,
  type Shape,
  string,
} from "../../schema/mod.ts";

export interface UserInfo extends Shape<typeof UserInfo>, Plain {}
export const UserInfo = message<UserInfo>("UserInfo")({
  username: omitempty(1, string),
  uid: omitempty(2, string),
  groups: omitempty(3, atomic(string)),
  extra: omitempty(4, map(boxed(list(string)))),
});
