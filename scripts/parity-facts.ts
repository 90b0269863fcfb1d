/**
 * What the tables cannot say for docs/parity.md: what upstream has on by default, and where this program
 * differs.
 */

/**
 * Plug-ins of kube-apiserver and kube-scheduler that are on by default. PrioritySort is none here: it is the order
 * of the queue.
 */
export const upstreamPlugins = {
  admission: [
    "NamespaceLifecycle",
    "LimitRanger",
    "ServiceAccount",
    "TaintNodesByCondition",
    "PodSecurity",
    "Priority",
    "DefaultTolerationSeconds",
    "PersistentVolumeClaimResize",
    "StorageObjectInUseProtection",
    "DefaultStorageClass",
    "RuntimeClass",
    "CertificateApproval",
    "CertificateSigning",
    "ClusterTrustBundleAttest",
    "CertificateSubjectRestriction",
    "DefaultIngressClass",
    "PodTopologyLabels",
    "NodeDeclaredFeatureValidator",
    "PodResizeValidator",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionWebhook",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
    "ResourceQuota",
  ],
  scheduler: [
    "SchedulingGates",
    "NodeUnschedulable",
    "NodeName",
    "TaintToleration",
    "NodeAffinity",
    "NodePorts",
    "NodeDeclaredFeatures",
    "NodeResourcesFit",
    "VolumeRestrictions",
    "NodeVolumeLimits",
    "VolumeBinding",
    "VolumeZone",
    "PodTopologySpread",
    "InterPodAffinity",
    "DynamicResources",
    "DefaultPreemption",
    "NodeResourcesBalancedAllocation",
    "ImageLocality",
  ],
} as const;

/** Controllers of kube-controller-manager that run by default, without those of cloud providers. */
export const upstreamControllers = [
  "certificatesigningrequest-approving-controller",
  "certificatesigningrequest-cleaner-controller",
  "certificatesigningrequest-signing-controller",
  "clusterrole-aggregation-controller",
  "cronjob-controller",
  "daemonset-controller",
  "deployment-controller",
  "device-taint-eviction-controller",
  "disruption-controller",
  "endpoints-controller",
  "endpointslice-controller",
  "endpointslice-mirroring-controller",
  "ephemeral-volume-controller",
  "garbage-collector-controller",
  "horizontal-pod-autoscaler-controller",
  "job-controller",
  "legacy-serviceaccount-token-cleaner-controller",
  "namespace-controller",
  "node-ipam-controller",
  "node-lifecycle-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-binder-controller",
  "persistentvolume-expander-controller",
  "persistentvolume-protection-controller",
  "persistentvolumeclaim-protection-controller",
  "pod-garbage-collector-controller",
  "replicaset-controller",
  "replicationcontroller-controller",
  "resourceclaim-controller",
  "resourcequota-controller",
  "root-ca-certificate-publisher-controller",
  "service-cidr-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "statefulset-controller",
  "taint-eviction-controller",
  "ttl-after-finished-controller",
  "ttl-controller",
  "validatingadmissionpolicy-status-controller",
  "volumeattributesclass-protection-controller",
] as const;

/** What is refused, and how. */
export const absentPaths = [
  "On a real node, Services work by nftables, in IPv4; names by a DNS server of the program's own behind " +
    "`kube-system/kube-dns`, which steps aside when that Service gets a selector (as CoreDNS's manifest gives it). " +
    "Virtual nodes have no network: there pods, DNS and `default/kubernetes` have addresses that nothing answers; Services " +
    "answer at node ports on loopback. Stale UDP flows are forgotten by the program `conntrack`; where it is absent, not at all.",
  "`--proxy-mode` is nftables, or userspace without root; iptables and IPVS are refused, since nftables does what they do. " +
    "In mode userspace an endpoint sees the proxy's address as its client, SCTP is not carried, a service without endpoints " +
    "for a client of another machine is reset where upstream drops, ClusterIPs answer only where the machine holds them, and " +
    "pods of virtual nodes are reached by TCP alone, in the process that runs the nodes.",
  "Custom resources answer 404: a CustomResourceDefinition is stored and checked, but nothing is " +
    "served under it yet.",
  "Aggregated APIs answer 404: an APIService is stored and checked, but nothing is forwarded to it.",
  "Webhooks and admission policies are stored and checked, and none is called. CEL is not compiled " +
    "yet, so an expression that would not compile is not refused.",
  "A server keeps no Lease of its own identity (`APIServerIdentity`), which nothing that is on by default reads.",
  "Of gates that are on by default: servers of several versions do not pass requests on to each other (`UnknownVersionInteroperabilityProxy`).",
  "The controller manager and the scheduler have no ports of their own (10257, 10259): health, metrics, `/configz`, `/statusz` " +
    "and `/flagz` are those of the API server, the kubelets and the proxy.",
  "CBOR bodies answer 415, and 406 when only CBOR is accepted: the gate `CBORServingAndStorage` is alpha and off by " +
    "default upstream.",
  "A kubelet signs its own serving certificate when it runs as a process of its own, as upstream's does without " +
    "`serverTLSBootstrap`; in the one-process cluster it is of the cluster's authority.",
  "Containers of virtual nodes are scripted: what their shell does not know (pipes, loops, `$()`) is not run, and its exec says so on stderr and exits with 0.",
  "Containers are not checkpointed. A proxy to a pod or service answers 503 where a line of the answer's head ends in a line feed alone. `/metrics/cadvisor` names disks by their numbers (`8:0`), and has no pressure stall information.",
  "On a real node, volumes of claims and CSI are refused (`no volume plugin matched`); AppArmor where the kernel lacks it.",
  "User namespaces (`hostUsers: false`) and recursive read-only mounts are given where the runtime says that it can (containerd 2 " +
    "with runc 1.2 or newer), and refused elsewhere (Debian 12's containerd 1.6, Debian 13's 1.7). A pod gets 65,536 of the node's ids, " +
    "those of a user `kubelet` as /etc/subuid and /etc/subgid have them (no other source is asked), or from 65,536 on; image volumes belong to nobody in such a pod.",
  "Cgroups of version 2 are written by the same rules as those of version 1, and proved by a tree in memory; on a " +
    "machine only version 1 is.",
  "Over a runtime that is there already (`--container-runtime-endpoint`): one that makes cgroups by systemd is refused, " +
    "`image load` and image volumes work with containerd only, and CRI-O is unproved.",
  "A RuntimeClass of crun starts no container on a hybrid machine whose version 2 of cgroups has controllers left " +
    "(`/sys/fs/cgroup/unified/cgroup.controllers` is not empty): crun refuses it, and asks to mount these as version 1.",
  "Where the node has no CAP_SYS_RESOURCE, no container gets an OOM score below that of the runtime.",
  "Images pulled with a secret are for pods that have it, by the policy `NeverVerifyPreloadedImages`: there is no other choice, " +
    "and no credential providers.",
  "Evictions go by `MemAvailable`, where upstream counts a part of the file cache as used.",
] as const;

/** Where we answer otherwise on purpose, or where a recording cannot be matched. */
export const differences = [
  "`--service-account-config-maps NAME:KEY` (`tokenConfigMaps` in code) is an option of this server alone: each pod gets that key of " +
    "a ConfigMap in its namespace as a file beside its token, as from some distributions, or a CA bundle. The recorded server did so " +
    "with one, and the command asks for the same.",
  "Five rows of misc follow requests that are not in the recording: the command makes them, and then they pass. 11 " +
    "histories of patch and a row of misc are about a custom resource; 3 rows of create refuse CEL that does not compile; a row " +
    "of misc prints the age of an IPAddress that was made in the same second.",
  "A namespace is made with its ServiceAccount `default` and its ConfigMap `kube-root-ca.crt`, and the server fills aggregated " +
    "ClusterRoles at its start, also where no controllers run; upstream's controllers do both.",
  "A quota is charged in the transaction of the write that uses it, so a write that fails uses nothing and " +
    "writers together never pass a limit; upstream writes the use first and counts again later.",
  "A request takes one seat of its priority level, whatever its work, and a watch none. A level's spare seats are lent when they are " +
    "asked for, where upstream moves the bounds every ten seconds; each flow waits in a line of its own, as long as its hand of " +
    "upstream's shuffled queues.",
  "A `pattern` of a definition that takes longer than a quarter of a second on its defaults is a fault of the default, and " +
    "patterns that take seconds to read, all of one definition together, are too large. CEL rules are not asked about defaults.",
  "Columns of tables are described by their names.",
  "In JSON text, fields that the server fills in come after those that were sent, and so do a map's keys; upstream prints all in its " +
    "own order.",
  "A `proxy` to a pod of a machine that has only loopback addresses goes through its kubelet's port-forward.",
  "The text of refusals is ours; codes, reasons, causes and fields are upstream's.",
  "`/statusz` has no Go version. `/flagz` tells of the flags that have a value; components in one process were told the same, " +
    "and a cluster as a library was told nothing.",
  "History is kept for five to ten minutes as upstream's, but 100,000 revisions at most, so that a server that is killed starts again quickly: after so many writes a watch or a continue token from before them gets 410 sooner.",
  "An update that leaves a pod's spec alone does not validate that spec again, so a stored one that a newer rule would refuse keeps its metadata writable.",
  "Constrained impersonation asks for each group and extra value, where upstream tries one question for all first when there are many.",
  "`exec` and `attach` over version 5 of the WebSocket protocol do not open with an empty message: client-go may read it before it has made its streams, and then kubectl complains of an unknown one.",
  "OpenAPI names the group and version of `DeleteOptions` and `WatchEvent` once, where upstream lists every group.",
  "`default/kubernetes` has endpoints only when the server has an address that pods could reach: on a real node the " +
    "node's pod-side address, else what `--listen` or `--advertise-address` says; loopback is none.",
  "A watch with `allowWatchBookmarks` that goes on from a revision gets its first bookmark as soon as it has caught up " +
    "with the head it began at, where upstream's comes within a minute: bookmarks come when a server likes, and this " +
    "one tells a reader at once that nothing was missed. A watch that did not allow them gets none.",
  "Readiness and startup probes ask again within their first period (after 100 ms, and twice as long each time), so that a " +
    "server which comes up a moment after its container is Ready then; of these answers only a success counts and is told.",
  "`componentstatuses` has upstream's three names. A scheduler and a controller manager in the server's process tell " +
    "themselves how they are, and others by their leases, where upstream asks two ports of its own machine; `etcd-0` is " +
    "the store.",
] as const;
