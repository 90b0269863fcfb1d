"""What else the official Python client does: the dynamic client with every type of patch and apply, watches that resume and
expire, streams over WebSockets, manifests from files, and leader election. Prints one line for each step that held."""

import json
import os
import sys
import tempfile
import threading

from kubernetes import client, config, dynamic, stream, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

NAMESPACE = "default"
LIMIT_SECONDS = 60

config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
api = client.ApiClient()
anything = dynamic.DynamicClient(api)


def step(text):
    print(text, flush=True)


def pod(name, command):
    container = client.V1Container(name="main", image="busybox", command=command)
    spec = client.V1PodSpec(containers=[container], termination_grace_period_seconds=1)
    return client.V1Pod(metadata=client.V1ObjectMeta(name=name, labels={"of": "toolbox"}), spec=spec)


def await_ready(name):
    stream_ = watch.Watch().stream(
        core.list_namespaced_pod, NAMESPACE, field_selector=f"metadata.name={name}", timeout_seconds=LIMIT_SECONDS
    )
    for event in stream_:
        conditions = event["object"].status.conditions or []
        if any(one.type == "Ready" and one.status == "True" for one in conditions):
            return
    raise AssertionError(f"{name} is not ready")


def check_dynamic():
    maps = anything.resources.get(api_version="v1", kind="ConfigMap")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"a": "1"}}
    made = maps.create(body=body, namespace=NAMESPACE)
    try:
        maps.create(body=body, namespace=NAMESPACE)
        raise AssertionError("a conflict was due")
    except ConflictError as error:
        assert "already exists" in error.summary(), error.summary()
    change = [{"op": "add", "path": "/data/b", "value": "2"}]
    maps.patch(body=change, name="map", namespace=NAMESPACE, content_type="application/json-patch+json")
    merge = {"data": {"a": None}}
    maps.patch(body=merge, name="map", namespace=NAMESPACE, content_type="application/merge-patch+json")
    maps.patch(body={"data": {"c": "3"}}, name="map", namespace=NAMESPACE)
    assert maps.get(name="map", namespace=NAMESPACE).to_dict()["data"] == {"b": "2", "c": "3"}
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/map"
    applied = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"d": "4"}}
    options = {"fieldManager": "python", "force": "true"}
    request = {"body": json.dumps(applied), "header_params": {"Content-Type": "application/apply-patch+yaml"}}
    api.call_api(
        path, "PATCH", query_params=list(options.items()), auth_settings=["BearerToken"], response_type="object", **request
    )
    current = maps.get(name="map", namespace=NAMESPACE)
    assert current.to_dict()["data"] == {"b": "2", "c": "3", "d": "4"}
    assert any(one.manager == "python" and one.operation == "Apply" for one in current.metadata.managedFields)
    maps.delete(name="map", namespace=NAMESPACE)
    try:
        maps.get(name="map", namespace=NAMESPACE)
        raise AssertionError("it was deleted")
    except NotFoundError:
        pass
    deployments = anything.resources.get(api_version="apps/v1", kind="Deployment")
    assert "scale" in deployments.subresources and deployments.short_names == ["deploy"]
    return int(made.metadata.resourceVersion)


def check_watches():
    first = core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="w1")))
    core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="w2")))
    core.delete_namespaced_config_map("w1", NAMESPACE)
    follower = watch.Watch()
    seen = []
    for event in follower.stream(
        core.list_namespaced_config_map,
        NAMESPACE,
        resource_version=first.metadata.resource_version,
        timeout_seconds=LIMIT_SECONDS,
    ):
        seen.append(f"{event['type']} {event['object'].metadata.name}")
        if event["type"] == "DELETED":
            follower.stop()
    assert seen == ["ADDED w2", "DELETED w1"], seen
    try:
        for _ in watch.Watch().stream(
            core.list_namespaced_config_map, NAMESPACE, resource_version="99999999", timeout_seconds=5
        ):
            raise AssertionError("nothing is there yet")
    except ApiException as error:
        assert error.status in (410, 504), error


def check_streams():
    core.create_namespaced_pod(NAMESPACE, pod("shell", ["sleep", "1000"]))
    core.create_namespaced_pod(NAMESPACE, pod("talker", ["sh", "-c", "echo one; echo two; sleep 1000"]))
    core.create_namespaced_pod(NAMESPACE, pod("echo", ["nc", "-lk", "-p", "7000", "-e", "cat"]))
    for name in ("shell", "talker", "echo"):
        await_ready(name)
    assert core.read_namespaced_pod_log("talker", NAMESPACE) == "one\ntwo\n"
    assert core.read_namespaced_pod_log("talker", NAMESPACE, tail_lines=1) == "two\n"
    run = {"stderr": True, "stdin": False, "stdout": True, "tty": False}
    execute = core.connect_get_namespaced_pod_exec
    assert stream.stream(execute, "shell", NAMESPACE, command=["echo", "here"], **run) == "here\n"
    session = stream.stream(
        execute, "shell", NAMESPACE, command=["sh"], _preload_content=False, **{**run, "stdin": True}
    )
    session.write_stdin("echo out\ncat /none\nexit 3\n")
    session.run_forever(timeout=LIMIT_SECONDS)
    assert (session.read_stdout(), session.returncode) == ("out\n", 3)
    assert "/none" in session.read_stderr()
    forward = stream.portforward(core.connect_get_namespaced_pod_portforward, "echo", NAMESPACE, ports="7000")
    socket = forward.socket(7000)
    socket.sendall(b"hello through\n")
    socket.settimeout(LIMIT_SECONDS)
    assert socket.recv(1024) == b"hello through\n"
    assert forward.error(7000) is None
    socket.close()


def check_manifests():
    text = """
apiVersion: v1
kind: Secret
metadata: {name: from-file}
stringData: {k: v}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: from-file}
spec:
  schedule: "*/5 * * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
"""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
        file.write(text)
    utils.create_from_yaml(api, file.name, namespace=NAMESPACE)
    os.unlink(file.name)
    assert core.read_namespaced_secret("from-file", NAMESPACE).data == {"k": "dg=="}
    assert client.BatchV1Api().read_namespaced_cron_job("from-file", NAMESPACE).spec.suspend is False


def check_election():
    led = threading.Event()
    lock = ConfigMapLock("election", NAMESPACE, "me")
    settings = electionconfig.Config(
        lock, lease_duration=17, renew_deadline=15, retry_period=1, onstarted_leading=led.set, onstopped_leading=None
    )
    threading.Thread(target=leaderelection.LeaderElection(settings).run, daemon=True).start()
    assert led.wait(LIMIT_SECONDS)
    record = core.read_namespaced_config_map("election", NAMESPACE).metadata.annotations
    assert '"holderIdentity": "me"' in record["control-plane.alpha.kubernetes.io/leader"]


def main():
    check_dynamic()
    step("dynamic")
    check_watches()
    step("watches")
    check_streams()
    step("streams")
    check_manifests()
    step("manifests")
    check_election()
    step("election")


main()
