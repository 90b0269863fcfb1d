/** What writes of a pod's status are refused for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../create.suite.ts";
import { checkStatuses, type StatusCase, type StatusRow, statusRow } from "../status.suite.ts";
import { pods } from "./pod.ts";

const container = { name: "c", image: "i" };

function podRow(name: string, { spec, ...rest }: StatusCase, ...causes: readonly string[]): StatusRow {
  return statusRow(
    `A pod's status ${name}`,
    pods,
    { spec: { containers: [container], ...spec }, ...rest },
    ...causes,
  );
}

function ended(name: string, exitCode: number): object {
  return { name, state: { terminated: { exitCode } } };
}

checkStatuses([
  podRow(
    "is reached at one address of each family",
    {
      after: {
        hostIP: "10.0.0.1",
        hostIPs: [{ ip: "10.0.0.2" }],
        podIP: "10.1.0.1",
        podIPs: [{ ip: "10.1.0.1" }, { ip: "10.1.0.2" }],
      },
    },
    "FieldValueInvalid status.hostIPs[0].ip",
    "FieldValueInvalid status.podIPs",
  ),
  podRow(
    "has conditions with names, and generations",
    {
      after: { observedGeneration: -1, conditions: [{ type: "!", status: "True", observedGeneration: -1 }] },
    },
    "FieldValueInvalid status.observedGeneration",
    "FieldValueInvalid status.conditions[0].Type",
    "FieldValueInvalid status.conditions[0].observedGeneration",
  ),
  podRow(
    "is promised a node once",
    { spec: { nodeName: "n" }, after: { nominatedNodeName: "m" } },
    "FieldValueForbidden status.nominatedNodeName",
  ),
  podRow(
    "has claims that the pod has",
    { after: { resourceClaimStatuses: [{ name: "a" }, { name: "a", resourceClaimName: "!" }] } },
    "FieldValueInvalid status.resourceClaimStatuses[0].name",
    "FieldValueDuplicate status.resourceClaimStatuses[1].name",
    "FieldValueInvalid status.resourceClaimStatuses[1].name",
    "FieldValueInvalid status.resourceClaimStatuses[1].resourceClaimName",
  ),
  podRow(
    "restarts only what restarts",
    {
      spec: {
        restartPolicy: "Never",
        containers: [container, { ...container, name: "d", restartPolicy: "OnFailure" }],
      },
      before: {
        containerStatuses: [ended("c", 0), ended("d", 0)],
        ephemeralContainerStatuses: [ended("e", 1)],
      },
      after: {
        containerStatuses: [{ name: "c" }, { name: "d" }],
        ephemeralContainerStatuses: [{ name: "e" }],
      },
    },
    "FieldValueForbidden status.containerStatuses[0].state",
    "FieldValueForbidden status.containerStatuses[1].state",
    "FieldValueForbidden status.ephemeralContainerStatuses[0].state",
  ),
  podRow(
    "says whom containers run as, and how their devices are",
    {
      spec: {
        containers: [
          { ...container, resources: { requests: { cpu: "1" }, claims: [{ name: "g", request: "r" }] } },
        ],
      },
      after: {
        containerStatuses: [
          {
            name: "c",
            user: { linux: { uid: -1, gid: 1, supplementalGroups: [1, 2 ** 31] } },
            allocatedResourcesStatus: [
              {
                name: "cpu",
                resources: [
                  { resourceID: "a", health: "Fine" },
                  { resourceID: "a", health: "Unknown" },
                ],
              },
              { name: "claim:g/r" },
              { name: "claim:g" },
              { name: "memory" },
            ],
          },
          { name: "later", allocatedResourcesStatus: [{ name: "memory" }] },
        ],
      },
    },
    "FieldValueInvalid status.containerStatuses[0].user.linux.uid",
    "FieldValueInvalid status.containerStatuses[0].user.linux.supplementalGroups[1]",
    "FieldValueNotSupported status.containerStatuses[0].allocatedResourcesStatus[0].resources[0].health",
    "FieldValueDuplicate status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID",
    "FieldValueInvalid status.containerStatuses[0].allocatedResourcesStatus[2].name",
    "FieldValueInvalid status.containerStatuses[0].allocatedResourcesStatus[3].name",
  ),
  podRow(
    "has a claim for what containers ask of extended resources",
    {
      spec: { containers: [{ ...container, resources: { limits: { "a.b/gpu": "1" } } }] },
      after: {
        extendedResourceClaimStatus: {
          resourceClaimName: "!",
          requestMappings: [
            { containerName: "c", resourceName: "a.b/gpu", requestName: "r" },
            { containerName: "c", resourceName: "a.b/gpu", requestName: "r" },
            { containerName: "c", resourceName: "a.b/nic", requestName: "!" },
            { containerName: "d", resourceName: "a.b/gpu", requestName: "r" },
          ],
        },
      },
    },
    ...["containerName", "resourceName", "requestName"].map(
      (field) => `FieldValueDuplicate status.extendedResourceClaimStatus.requestMappings[1].${field}`,
    ),
    "FieldValueInvalid status.extendedResourceClaimStatus.requestMappings[2].resourceName",
    "FieldValueInvalid status.extendedResourceClaimStatus.requestName",
    "FieldValueInvalid status.extendedResourceClaimStatus.requestMappings[3].containerName",
    "FieldValueInvalid status.extendedResourceClaimStatus.resourceClaimName",
  ),
  podRow("keeps an address that is none if it was there", {
    before: { podIP: "a", podIPs: [{ ip: "a" }] },
    after: { podIP: "a", podIPs: [{ ip: "a" }] },
  }),
  podRow("restarts what failed", {
    spec: { restartPolicy: "OnFailure" },
    before: { containerStatuses: [ended("c", 1)] },
    after: { containerStatuses: [{ name: "c" }] },
  }),
]);

test("A writer that knows no generations takes none away", () => {
  const { object } = create(pods, { spec: { containers: [container] } });
  const conditions = [
    { type: "Ready", status: "True" as const, observedGeneration: 3 },
    { type: "Ready", status: "True" as const, observedGeneration: 4 },
  ];
  const old = { ...object, status: { ...object.status, observedGeneration: 5, conditions } };
  const { draft } = update(
    pods,
    old as typeof object,
    ({ status }) => {
      delete status.observedGeneration;
      for (const condition of status.conditions ?? []) delete condition.observedGeneration;
      status.conditions?.push({
        type: "Initialized",
        status: "True",
        lastProbeTime: null,
        lastTransitionTime: null,
      });
    },
    "status",
  );
  assert.deepEqual(
    [draft.status.observedGeneration, draft.status.conditions?.map((one) => one.observedGeneration)],
    [5, [3, 4, undefined]],
  );
});
