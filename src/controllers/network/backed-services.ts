/** Services with the pods behind them, as the controllers of EndpointSlices and of Endpoints follow them. */
import { type Pod, pods, type Service, services } from "#api";
import { type Informer, parseKey } from "#client";
import { type ControllerDeps, watchInto } from "../controller.ts";
import { podsOf, servicesOfPod } from "./service-pods.ts";
import { TriggerTimes } from "./trigger-times.ts";

/** Each change of a service, and of a pod that backs one, is a turn of the service's key. */
export class BackedServices {
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #triggers = new TriggerTimes();

  constructor(deps: ControllerDeps) {
    this.#services = watchInto(deps, services);
    this.#pods = watchInto(deps, pods, (change) => servicesOfPod(change, this.#services.lister));
  }

  /** Undefined when it is gone, and what was known of its triggers with it. */
  get(key: string): Service | undefined {
    const service = this.#services.lister.get(parseKey(key));
    if (service === undefined) this.#triggers.forget(key);
    return service;
  }

  podsOf(service: Service): readonly Pod[] {
    return podsOf(service, this.#pods.lister);
  }

  /** What a write of its endpoints answers, by `TriggerTimes`: once for each turn. */
  nextTrigger(key: string, service: Service, backing: readonly Pod[]): number | undefined {
    return this.#triggers.next(key, service, backing);
  }
}
