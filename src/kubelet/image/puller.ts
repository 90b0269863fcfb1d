/**
 * Brings a container's image onto the node by its pull policy: one pull at a time per node, a back-off per
 * pod and image, and the events by which a user sees what happens. The first failure shows as ErrImagePull
 * for a moment, then as ImagePullBackOff until the next try.
 */
import type { Pod, Secret } from "#api";
import { type Env, messageOf } from "#base";
import type { EventSink } from "#client";
import { BackOffTable } from "../pod/back-off.ts";
import { fieldPathOf, type PodContainer } from "../pod/containers.ts";
import type { References } from "../pod/references.ts";
import { StartError } from "../pod/start-error.ts";
import { imageBackOff, pullErrorShownMs } from "../limits.ts";
import type { PodSandboxConfig } from "../runtime/config.ts";
import { RuntimeError } from "../runtime/errors.ts";
import type { Image, ImageService } from "../runtime/runtime.ts";
import { credentialsFor, type FoundCredential } from "./credentials.ts";
import type { PullRecords, SecretCredential } from "./pull-records.ts";
import { parseImageReference, withDefaultTag } from "./reference.ts";

/** What a puller works with. */
export interface ImagePullerDeps {
  readonly images: ImageService;
  readonly events: EventSink;
  readonly references: References;
  readonly records: PullRecords;
}

/** The container that wants its image. */
export interface ImageRequest {
  readonly pod: Pod;
  readonly container: PodContainer;
  readonly sandbox: PodSandboxConfig;
}

/** One per node. */
export class ImagePuller {
  readonly #env: Env;
  readonly #deps: ImagePullerDeps;
  readonly #backOff = new BackOffTable(imageBackOff);
  /** The last failure by back-off key, told again while it waits. */
  readonly #failures = new Map<string, string>();
  #tail: Promise<void> = Promise.resolve();

  constructor(env: Env, deps: ImagePullerDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Resolves with the image on the node. Rejects with `StartError`. */
  async ensure(request: ImageRequest, signal: AbortSignal): Promise<Image> {
    const { pod, container } = request;
    const { spec } = container;
    const image = withDefaultTag(spec.image ?? "");
    if (image === undefined) {
      const detail = `couldn't parse image name "${spec.image}": invalid reference format`;
      this.#record(
        request,
        "Warning",
        "InspectFailed",
        `Failed to apply default image tag "${spec.image}": ${detail}`,
      );
      throw new StartError(
        "InvalidImageName",
        `Failed to apply default image tag "${spec.image}": ${detail}`,
      );
    }
    const present = await this.#inspect(request, image, signal);
    const policy = spec.imagePullPolicy ?? "IfNotPresent";
    if (
      present !== undefined &&
      policy !== "Always" &&
      (await this.#mayUse(request, image, present, signal))
    ) {
      this.#record(
        request,
        "Normal",
        "Pulled",
        `Container image "${spec.image}" already present on machine and can be accessed by the pod`,
      );
      return present;
    }
    if (policy === "Never") {
      const message = `Container image "${spec.image}" is not present with pull policy of Never`;
      this.#record(request, "Warning", "ErrImageNeverPull", message);
      throw new StartError("ErrImageNeverPull", message);
    }
    this.#refuseInBackOff(request, `${pod.metadata.uid}_${image}`);
    return this.#pull(request, image, signal);
  }

  /** Forgets a pod's failures. */
  forget(podUid: string): void {
    for (const key of this.#failures.keys()) {
      if (!key.startsWith(`${podUid}_`)) continue;
      this.#failures.delete(key);
      this.#backOff.forget(key);
    }
  }

  async #inspect(request: ImageRequest, image: string, signal: AbortSignal): Promise<Image | undefined> {
    try {
      return await this.#deps.images.imageStatus(image, signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = `Failed to inspect image "${image}": ${messageOf(error)}`;
      this.#record(request, "Warning", "InspectFailed", message);
      throw new StartError("ImageInspectError", message, { cause: error });
    }
  }

  /** Whether the pod has a right to an image that is here. */
  async #mayUse(request: ImageRequest, image: string, present: Image, signal: AbortSignal): Promise<boolean> {
    const { records, images } = this.#deps;
    try {
      await records.recover(() => images.listImages(signal));
      return await records.allows(image, present.id, async () => {
        const found = await this.#credentials(request.pod, image, signal);
        return found.map((one) => this.#credentialOf(one));
      });
    } catch (error) {
      signal.throwIfAborted();
      // Whoever cannot tell asks the registry.
      this.#env.log.warn("Cannot read records of pulled images", { image, error: messageOf(error) });
      return false;
    }
  }

  /** What records keep of it. */
  #credentialOf({ auth, secret }: FoundCredential): SecretCredential {
    const { uid = "", namespace = "", name = "" } = secret.metadata;
    const credentialHash = Buffer.from(this.#env.crypto.sha256(JSON.stringify(auth))).toString("hex");
    return { uid, namespace, name, credentialHash };
  }

  #refuseInBackOff(request: ImageRequest, key: string): void {
    const retryInMs = this.#backOff.leftSinceUpdateMs(key, this.#env.clock.monotonic());
    if (retryInMs === 0) return;
    const image = request.container.spec.image;
    this.#record(request, "Normal", "BackOff", `Back-off pulling image "${image}"`);
    const message = `Back-off pulling image "${image}": ErrImagePull: ${this.#failures.get(key)}`;
    throw new StartError("ImagePullBackOff", message, { retryInMs });
  }

  async #pull(request: ImageRequest, image: string, signal: AbortSignal): Promise<Image> {
    const { clock } = this.#env;
    const key = `${request.pod.metadata.uid}_${image}`;
    this.#record(request, "Normal", "Pulling", `Pulling image "${request.container.spec.image}"`);
    const asked = clock.monotonic();
    try {
      const { pulled, tookMs } = await this.#inTurn(signal, async () => {
        const began = clock.monotonic();
        return { pulled: await this.#pullOnce(request, image, signal), tookMs: clock.monotonic() - began };
      });
      const waited = clock.monotonic() - asked;
      const times = `${seconds(tookMs)} (${seconds(waited)} including waiting)`;
      const what = `Successfully pulled image "${request.container.spec.image}" in ${times}.`;
      const text = `${what} Image size: ${pulled.sizeBytes} bytes.`;
      this.#record(request, "Normal", "Pulled", text);
      this.#backOff.forget(key);
      this.#failures.delete(key);
      return pulled;
    } catch (error) {
      signal.throwIfAborted();
      const message = messageOf(error);
      this.#record(
        request,
        "Warning",
        "Failed",
        `Failed to pull image "${request.container.spec.image}": ${message}`,
      );
      const now = clock.monotonic();
      this.#backOff.fail(key, now, now);
      this.#failures.set(key, message);
      const unavailable = error instanceof RuntimeError && error.code === "registry-unavailable";
      throw new StartError(unavailable ? "RegistryUnavailable" : "ErrImagePull", message, {
        retryInMs: pullErrorShownMs,
        cause: error,
      });
    }
  }

  /** Tries each credential that fits, then none. */
  async #pullOnce(request: ImageRequest, image: string, signal: AbortSignal): Promise<Image> {
    const { images, records } = this.#deps;
    const credentials = await this.#credentials(request.pod, image, signal);
    await records.recover(() => images.listImages(signal));
    await records.intend(image);
    let failure: unknown;
    for (const found of credentials.length === 0 ? [undefined] : credentials) {
      try {
        await images.pullImage(image, found?.auth, request.sandbox, signal);
        const pulled = await images.imageStatus(image, signal);
        if (pulled !== undefined) {
          await this.#remember(image, pulled, found);
          return pulled;
        }
        failure = new RuntimeError("pull-failed", `image "${image}" is gone after its pull`);
      } catch (error) {
        signal.throwIfAborted();
        failure = error;
      }
    }
    await records.failed(image);
    throw failure;
  }

  /** Without a record the intent stays, and the image is nobody's without another pull. */
  async #remember(image: string, pulled: Image, found: FoundCredential | undefined): Promise<void> {
    try {
      const credential = found === undefined ? undefined : this.#credentialOf(found);
      await this.#deps.records.pulled(image, pulled.id, credential);
    } catch (error) {
      this.#env.log.warn("Cannot record the pull of an image", { image, error: messageOf(error) });
    }
  }

  async #credentials(pod: Pod, image: string, signal: AbortSignal): Promise<readonly FoundCredential[]> {
    const namespace = pod.metadata.namespace ?? "";
    const names = (pod.spec.imagePullSecrets ?? []).map((one) => one.name ?? "");
    const secrets = await Promise.all(
      names.map((name) => this.#deps.references.secret(namespace, name, signal)),
    );
    const found = secrets.filter((one): one is Secret => one !== undefined);
    if (found.length < names.length) {
      const missing = names.filter((_, index) => secrets[index] === undefined).join(", ");
      const what = `Unable to retrieve some image pull secrets (${missing})`;
      const text = `${what}; attempting to pull the image may not succeed.`;
      this.#deps.events.record(pod, "Warning", "FailedToRetrieveImagePullSecret", text);
    }
    const parsed = parseImageReference(image);
    return parsed === undefined ? [] : credentialsFor(parsed, found);
  }

  /** One after the other, in the order of asking. */
  async #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    try {
      await before;
      signal.throwIfAborted();
      return await work();
    } finally {
      resolve();
    }
  }

  #record(request: ImageRequest, type: "Normal" | "Warning", reason: string, message: string): void {
    this.#deps.events.record(request.pod, type, reason, message, {
      fieldPath: fieldPathOf(request.container),
    });
  }
}

/** As Go prints a duration cut to milliseconds: `393ms`, `1.204s`. */
function seconds(ms: number): string {
  const whole = Math.trunc(ms);
  return whole < 1000 ? `${whole}ms` : `${Number((whole / 1000).toFixed(3))}s`;
}
