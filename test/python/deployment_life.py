"""A Deployment's life by the official Python client. Prints one line for each step that held, and fails on
the first that does not. Called by deployment-life.test.ts with the path of a kubeconfig."""

import sys
import threading

from kubernetes import client, config, watch
from kubernetes.client.exceptions import ApiException

NAMESPACE = "python"
LIMIT_SECONDS = 60

config.load_kube_config(sys.argv[1])
core, apps = client.CoreV1Api(), client.AppsV1Api()


def step(text):
    print(text, flush=True)


def deployment(name, replicas, image):
    container = client.V1Container(name="main", image=image)
    template = client.V1PodTemplateSpec(
        metadata=client.V1ObjectMeta(labels={"app": name}),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=1),
    )
    spec = client.V1DeploymentSpec(
        replicas=replicas, selector=client.V1LabelSelector(match_labels={"app": name}), template=template
    )
    return client.V1Deployment(metadata=client.V1ObjectMeta(name=name), spec=spec)


def await_event(listing, condition, *args, **options):
    """Follows a collection from its state until an event satisfies the condition."""
    for event in watch.Watch().stream(listing, *args, timeout_seconds=LIMIT_SECONDS, **options):
        if condition(event):
            return event
    raise AssertionError(f"waited {LIMIT_SECONDS} s in vain")


def is_ready(event):
    conditions = event["object"].status.conditions or []
    return any(one.type == "Ready" and one.status == "True" for one in conditions)


def is_complete(event):
    wanted, status = event["object"].spec.replicas, event["object"].status
    current = status.observed_generation == event["object"].metadata.generation
    return current and (status.updated_replicas, status.available_replicas, status.replicas) == (wanted,) * 3


def is_gone(event):
    return event["type"] == "DELETED" and event["object"].metadata.name == NAMESPACE


def await_complete():
    return await_event(apps.list_namespaced_deployment, is_complete, NAMESPACE)["object"]


def await_ended():
    """Returns when the pods that are ending now are gone: a Deployment is complete before the old ones are."""
    listed = core.list_namespaced_pod(NAMESPACE)
    ending = {pod.metadata.name for pod in listed.items if pod.metadata.deletion_timestamp is not None}

    def is_last(event):
        if event["type"] == "DELETED":
            ending.discard(event["object"].metadata.name)
        return not ending

    if ending:
        await_event(core.list_namespaced_pod, is_last, NAMESPACE, resource_version=listed.metadata.resource_version)


def refusal(call, *args, **options):
    try:
        call(*args, **options)
    except ApiException as error:
        return error.status
    raise AssertionError("expected a refusal")


class Informer:
    """Lists once, then follows from the list's revision on a thread, as informers do."""

    def __init__(self):
        listed = core.list_namespaced_pod(NAMESPACE)
        self.pods = {pod.metadata.name: pod for pod in listed.items}
        self.versions = [int(listed.metadata.resource_version)]
        self.problems = []
        self.watch = watch.Watch()
        self.thread = threading.Thread(
            target=self.follow, args=(listed.metadata.resource_version,), daemon=True
        )
        self.thread.start()

    def follow(self, version):
        stream = self.watch.stream(
            core.list_namespaced_pod, NAMESPACE, resource_version=version, timeout_seconds=LIMIT_SECONDS
        )
        for event in stream:
            pod = event["object"]
            name = pod.metadata.name
            if (event["type"] == "ADDED") == (name in self.pods):
                self.problems.append(f"{event['type']} of {name} out of place")
            self.versions.append(int(pod.metadata.resource_version))
            if event["type"] == "DELETED":
                del self.pods[name]
            else:
                self.pods[name] = pod
            if name == "last" and event["type"] == "DELETED":
                self.watch.stop()


def main():
    await_event(core.list_node, is_ready)
    step("node ready")

    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE)))
    assert core.read_namespaced_service_account("default", NAMESPACE).metadata.name == "default"
    informer = Informer()
    made = apps.create_namespaced_deployment(NAMESPACE, deployment("web", 3, "app:1"))
    assert made.spec.strategy.rolling_update.max_surge == "25%"
    await_complete()
    pods = core.list_namespaced_pod(NAMESPACE, label_selector="app=web").items
    assert len(pods) == 3 and all(pod.status.phase == "Running" for pod in pods)
    step("created")

    scale = apps.read_namespaced_deployment_scale("web", NAMESPACE)
    scale.spec.replicas = 5
    apps.replace_namespaced_deployment_scale("web", NAMESPACE, scale)
    assert await_complete().status.available_replicas == 5
    step("scaled")

    pod_spec = {"containers": [{"name": "main", "image": "app:2"}]}
    apps.patch_namespaced_deployment("web", NAMESPACE, {"spec": {"template": {"spec": pod_spec}}})
    await_complete()
    await_ended()
    images = {pod.spec.containers[0].image for pod in core.list_namespaced_pod(NAMESPACE).items}
    assert images == {"app:2"}, images
    sets = apps.list_namespaced_replica_set(NAMESPACE).items
    revisions = [one.metadata.annotations["deployment.kubernetes.io/revision"] for one in sets]
    assert sorted(revisions) == ["1", "2"], revisions
    step("patched")

    current = apps.read_namespaced_deployment("web", NAMESPACE)
    current.metadata.resource_version = "1"
    assert refusal(apps.replace_namespaced_deployment, "web", NAMESPACE, current) == 409
    assert refusal(apps.create_namespaced_deployment, NAMESPACE, deployment("web", 1, "app:1")) == 409
    assert refusal(apps.read_namespaced_deployment, "nope", NAMESPACE) == 404
    assert refusal(apps.create_namespaced_deployment, NAMESPACE, deployment("Bad_Name", 1, "app:1")) == 422
    step("refused")

    page = core.list_namespaced_pod(NAMESPACE, limit=2)
    names = [pod.metadata.name for pod in page.items]
    while page.metadata._continue:
        page = core.list_namespaced_pod(NAMESPACE, limit=2, _continue=page.metadata._continue)
        names += [pod.metadata.name for pod in page.items]
    assert names == [pod.metadata.name for pod in core.list_namespaced_pod(NAMESPACE).items]
    assert len(names) == 5
    step("paged")

    options = client.V1DeleteOptions(propagation_policy="Foreground")
    apps.delete_namespaced_deployment("web", NAMESPACE, body=options)
    await_event(apps.list_namespaced_deployment, lambda event: event["type"] == "DELETED", NAMESPACE)
    assert core.list_namespaced_pod(NAMESPACE).items == []
    last = client.V1Pod(
        metadata=client.V1ObjectMeta(name="last"),
        spec=client.V1PodSpec(containers=[client.V1Container(name="main", image="app:1")]),
    )
    core.create_namespaced_pod(NAMESPACE, last)
    core.delete_namespaced_pod("last", NAMESPACE, grace_period_seconds=0)
    informer.thread.join(LIMIT_SECONDS)
    assert not informer.thread.is_alive() and informer.problems == [] and informer.pods == {}, informer.problems
    assert informer.versions == sorted(informer.versions)
    # Eleven pods, each created, scheduled, started, ready, told to go, and gone.
    assert len(informer.versions) > 11 * 5, informer.versions
    step("deleted")

    core.delete_namespace(NAMESPACE)
    await_event(core.list_namespace, is_gone)
    assert refusal(core.read_namespace, NAMESPACE) == 404
    step("namespace deleted")


main()
