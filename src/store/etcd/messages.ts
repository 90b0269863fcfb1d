/** The messages of etcd v3 that the journal needs (etcdserverpb and mvccpb), as tables. */
import { message } from "#base/rpc";

const header = message({ revision: [3, "int"] });

export const keyValue = message({
  key: [1, "bytes"],
  createRevision: [2, "int"],
  modRevision: [3, "int"],
  version: [4, "int"],
  value: [5, "bytes"],
  lease: [6, "big"],
});

export const rangeRequest = message({
  key: [1, "bytes"],
  rangeEnd: [2, "bytes"],
  limit: [3, "int"],
  revision: [4, "int"],
  keysOnly: [8, "bool"],
  countOnly: [9, "bool"],
});

export const rangeResponse = message({
  header: [1, header],
  kvs: [2, keyValue, "many"],
  more: [3, "bool"],
  count: [4, "int"],
});

const putRequest = message({ key: [1, "bytes"], value: [2, "bytes"], lease: [3, "big"] });
const deleteRequest = message({ key: [1, "bytes"], rangeEnd: [2, "bytes"] });

export const operation = message({
  range: [1, rangeRequest],
  put: [2, putRequest],
  delete: [3, deleteRequest],
});

/** `target` 2 is the revision of the last change; `result` 0 is "equal" and left out. */
export const compare = message({ target: [2, "int"], key: [3, "bytes"], modRevision: [6, "int"] });
export const compareModRevision = 2;

export const txnRequest = message({
  compare: [1, compare, "many"],
  success: [2, operation, "many"],
  failure: [3, operation, "many"],
});

export const txnResponse = message({
  header: [1, header],
  succeeded: [2, "bool"],
  responses: [3, message({ range: [1, rangeResponse] }), "many"],
});

const watchCreate = message({
  key: [1, "bytes"],
  rangeEnd: [2, "bytes"],
  startRevision: [3, "int"],
  prevKv: [6, "bool"],
});

export const watchRequest = message({ create: [1, watchCreate] });

/** `type` 1 is a delete, of which `kv` has only the key and the revision. */
const watchEvent = message({ type: [1, "int"], kv: [2, keyValue] });
export const deleteEvent = 1;

export const watchResponse = message({
  header: [1, header],
  created: [3, "bool"],
  canceled: [4, "bool"],
  compactRevision: [5, "int"],
  cancelReason: [6, "text"],
  events: [11, watchEvent, "many"],
});

export const compactRequest = message({ revision: [1, "int"] });
export const compactResponse = message({ header: [1, header] });

export const leaseGrantRequest = message({ seconds: [1, "int"] });
export const leaseGrantResponse = message({ id: [2, "big"], seconds: [3, "int"] });
