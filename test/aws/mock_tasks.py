"""Tasks of the mock AWS: run-task runs the program on this machine, as its task definition says."""

import json
import os
import subprocess
import threading
import time

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend

from mock_cloudformation import client


def on_this_machine(text):
    """A path of the image as the one that stands for it here."""
    for there, here in json.loads(os.environ["MOCK_FILES"]).items():
        text = text.replace(there, here)
    return text


def allowed_secrets(role_arn):
    """The secrets that the role may read, by its policies of its own."""
    iam = client("iam")
    role = role_arn.split("/")[-1]
    allowed = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            if statement["Action"] == "secretsmanager:GetSecretValue":
                allowed |= set(statement["Resource"])
    return allowed


def resolve(value_from, role_arn):
    """The value of ARN or ARN:KEY:: as ECS gets it, with the execution role."""
    parts = value_from.split(":")
    arn, key = ":".join(parts[:7]), parts[7] if len(parts) > 7 else ""
    if arn not in allowed_secrets(role_arn):
        raise InvalidParameterException(
            f"ResourceInitializationError: {role_arn} may not read {arn}")
    value = client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return json.loads(value)[key] if key else value


def environment(definition):
    container = definition.container_definitions[0]
    variables = {v["name"]: on_this_machine(v["value"]) for v in container["environment"]}
    for secret in container["secrets"]:
        variables[secret["name"]] = resolve(secret["valueFrom"], definition.execution_role_arn)
    return variables


def log(definition, task_id, text):
    """Each line of the program as awslogs delivers it."""
    options = definition.container_definitions[0]["logConfiguration"]["options"]
    name = definition.container_definitions[0]["name"]
    place = {"logGroupName": options["awslogs-group"],
             "logStreamName": f"{options['awslogs-stream-prefix']}/{name}/{task_id}"}
    logs = client("logs")
    logs.create_log_stream(**place)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in text.splitlines()]
    if events:
        logs.put_log_events(**place, logEvents=events)


def run(task, definition):
    container = task.containers[0]
    try:
        command = definition.container_definitions[0]["command"]
        ended = subprocess.run(
            [os.environ["MOCK_PROGRAM"], *map(on_this_machine, command)],
            env=environment(definition), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, check=False)
        print(f"{task.task_arn} ended with {ended.returncode}:\n{ended.stdout}", flush=True)
        log(definition, task.id, ended.stdout)
        container.exitCode = ended.returncode
        task.stopped_reason = "Essential container in task exited"
    except Exception as error:  # whatever it is, the task must stop
        task.stopped_reason = str(error)
    task.status = "STOPPED"


def running(run_task):
    def start(self, *args, **kwargs):
        tasks = run_task(self, *args, **kwargs)
        for task in tasks:
            task.advance = lambda: None  # moto would let it pass through its states by itself
            task.containers[0].exitCode = None
            definition = self.describe_task_definition(task.task_definition_arn)
            threading.Thread(target=run, args=(task, definition), daemon=True).start()
        return tasks

    return start


def must_start(definition):
    """A service whose tasks do not start never becomes stable, and its stack is rolled back: where
    they could not read their secrets, and where a test says so by the image's tag."""
    environment(definition)
    if definition.container_definitions[0]["image"].endswith(":unstable"):
        raise InvalidParameterException("the tasks fail their health checks")


def created(create_service):
    def create(self, cluster, name, count, definition, *args, **kwargs):
        must_start(self.describe_task_definition(definition))
        return create_service(self, cluster, name, count, definition, *args, **kwargs)

    return create


def updated(update_service):
    def update(self, service_properties):
        definition = service_properties.get("task_definition")
        if definition:
            must_start(self.describe_task_definition(definition))
        return update_service(self, service_properties)

    return update


def install():
    backend = EC2ContainerServiceBackend
    backend.run_task = running(backend.run_task)
    backend.create_service = created(backend.create_service)
    backend.update_service = updated(backend.update_service)
    # moto names an interface only in some networks, and asks for the name in all.
    NetworkInterface.private_dns_name = ""
    # moto knows only limits of containers, not those of Fargate's tasks.
    nothing = {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}
    backend._calculate_task_resource_requirements = staticmethod(lambda definition: nothing)
