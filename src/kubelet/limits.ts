/**
 * The kubelet's numbers, with their reasons. Where none is given, the reason is that upstream has the same.
 */

/**
 * Wait before a crashed container starts again: doubled by each crash, forgotten after twice the longest
 * wait.
 */
export const restartBackOff = { firstMs: 10_000, maxMs: 300_000 };

/** Wait before a failed image pull is tried again. */
export const imageBackOff = { firstMs: 10_000, maxMs: 300_000 };

/**
 * Wait before a pod whose last step failed (sandbox, volumes, runtime) is tried again: doubled from the
 * first.
 */
export const stepBackOff = { firstMs: 1_000, maxMs: 60_000 };

/**
 * Steps a worker may take without a pause before it lets others run; a plan that never comes to rest would
 * show here.
 */
export const maxStepsInARow = 50;

/**
 * What a pod's sandbox or container came to shows that late while the next is still being made: a pod that starts faster
 * is written once less. Upstream hears of its containers from a look each second.
 */
export const statusSoonMs = 1_000;

/** Even a pod deleted in a hurry gets this to end. */
export const minGraceSeconds = 2;

/** Dead instances kept of each container, for `lastState` and previous logs. */
export const deadContainersKept = 1;

export const leaseDurationSeconds = 40;
/** A quarter of the lease. */
export const leaseRenewMs = 10_000;
/** Tries of one lease renewal before the next is due anyway. */
export const leaseTries = 5;

/** How often it is written even when nothing changed. */
export const nodeStatusReportMs = 300_000;
/** Images named in the node's status, largest first: the object would grow without bound. */
export const nodeStatusMaxImages = 50;
/** Names of one image in the node's status. */
export const maxNamesPerImage = 5;

export const maxPods = 110;

/** Wait before the runtime's event stream is opened again: doubled from the first. */
export const eventStreamBackOff = { firstMs: 200, maxMs: 10_000 };

/** Longest text taken from a container's termination message. */
export const maxTerminationMessageBytes = 4096;

/** Longest file that variables are read from. Upstream bounds its lines, at 64 KiB, and reads as many as there are. */
export const maxEnvFileBytes = 1024 * 1024;

/** Longest output of a probe or hook that goes into an event. */
export const maxProbeOutputBytes = 10 * 1024;

/** After a first answer that is no success a probe asks again that soon, and after twice as long each time. */
export const firstAskAgainMs = 100;

/** Probes are asked together at multiples of this: a node at rest wakes for them, and each waking costs as much as a probe. */
export const probeGridMs = 250;

/** Longest head of an answer to an HTTP probe. */
export const maxProbeHeadBytes = 64 * 1024;

/** A pod's status is written again after a failed write: doubled from the first. */
export const statusBackOff = { firstMs: 500, maxMs: 10_000 };

/**
 * How long a failed pull shows as ErrImagePull before ImagePullBackOff; long enough for a watcher to see it.
 */
export const pullErrorShownMs = 1_000;

/** Wait before a container that could not be made is tried again. */
export const startRetryMs = 10_000;

/** A token is renewed after this long even when it lives longer. */
export const maxTokenAgeMs = 24 * 3_600_000;

/** How often volumes with content from the API are looked at again, tokens included; upstream's sync period. */
export const volumeRefreshMs = 60_000;

/** Redirects that an HTTP probe follows on its own host; as Go's client. */
export const maxProbeRedirects = 10;

/** Containers get no longer than this when the node stops with its process, which somebody waits for. */
export const maxGraceAtShutdownSeconds = 20;

/** How long a pressure condition stays after its signal is well again. */
export const pressureTransitionMs = 300_000;

/** What an evicted pod gets to end when the node cannot wait; upstream's. */
export const evictionGraceSeconds = 1;

/** How long the end of an evicted pod is waited for before the next goes. */
export const victimWaitMs = 30_000;

/** How often images are looked at, and how full their file system may be: from, and down to. */
export const imageCollectionMs = 300_000;
export const imagesHighPercent = 85;
export const imagesLowPercent = 80;

/** An image that has just come may be about to be used. */
export const imageMinAgeMs = 120_000;

/** How often a node that has just registered looks whether it is ready now, and how many times. */
export const settleMs = 100;
export const settleTries = 100;

/** How long a program with an open input has run before that is shown: upstream's period of looking. */
export const interactiveHoldMs = 1_000;

/** How often manifests of static pods are looked at, beside being watched: upstream's fileCheckFrequency. */
export const manifestLookMs = 20_000;
/** A larger file is no manifest: upstream's bound. */
export const maxManifestBytes = 10 * 1024 * 1024;

/** Where the kubelet's health is told on its machine: upstream's. */
export const healthzPort = 10_248;
