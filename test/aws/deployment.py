"""A deployment to the mock AWS, which all tests of this run share: its scripts, and its API."""

import atexit
import json
import os
import pathlib
import subprocess
import tempfile

import boto3

from surroundings import PROJECT, REGION, surroundings

IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/kube-credential"
STACKS = ["cluster", "data", "load-balancer", "monitoring", "network", "services"]

_manager = surroundings()
database, aws, door = _manager.__enter__()
atexit.register(_manager.__exit__, None, None, None)
environment = {**os.environ, "AWS_ENDPOINT_URL": aws.url, "AWS_ACCESS_KEY_ID": "mock",
               "AWS_SECRET_ACCESS_KEY": "mock", "AWS_REGION": REGION, "POLL_SECONDS": "0.2"}
_folder = tempfile.TemporaryDirectory(prefix="kube-credential-")
parameters = pathlib.Path(_folder.name) / "parameters.json"


def run(script, *arguments, status=0, typed=""):
    """Runs the script, asserts its exit code, and returns what it wrote to stdout and to stderr."""
    ended = subprocess.run([PROJECT / "scripts" / script, *arguments], env=environment, text=True,
                           input=typed, capture_output=True, check=False)
    if ended.returncode != status:
        raise AssertionError(f"{script} {' '.join(arguments)} ended with {ended.returncode}:\n"
                             f"{ended.stdout}{ended.stderr}\nmock:\n"
                             f"{aws.log.read_text()[-4000:]}")
    return ended.stdout, ended.stderr


def client(service):
    return boto3.client(service, endpoint_url=aws.url, region_name=REGION,
                        aws_access_key_id="mock", aws_secret_access_key="mock")


def deploy(*arguments, **options):
    return run("deploy.sh", f"--parameters={parameters}", f"--url={door.url}", "--patience=60",
               *arguments, **options)


def write_parameters(base, **changes):
    """What deploy() takes from now on: the project's parameters of this name, with changes. One
    that is None is left out."""
    values = json.loads((PROJECT / "aws/parameters" / f"{base}.json").read_text())
    parameters.write_text(json.dumps(values))
    change_parameters(**changes)


def change_parameters(**changes):
    values = {**json.loads(parameters.read_text()), **changes}
    parameters.write_text(json.dumps({k: str(v) for k, v in values.items() if v is not None}))


def stacks():
    return {s["StackName"]: s for s in client("cloudformation").describe_stacks()["Stacks"]}


def outputs(stack):
    return {o["OutputKey"]: o["OutputValue"]
            for o in stacks()[f"kube-credential-{stack}"].get("Outputs", [])}


def secret(key):
    return client("secretsmanager").get_secret_value(SecretId=outputs("data")[key])["SecretString"]


def services():
    found = client("ecs").describe_services(cluster="kube-credential",
                                            services=["issuance", "verification"])["services"]
    return {service["serviceName"]: service for service in found}


def deployments():
    return {name: service["deployments"][0]["id"] for name, service in services().items()}


def image(service):
    definition = client("ecs").describe_task_definition(
        taskDefinition=services()[service]["taskDefinition"])["taskDefinition"]
    return definition["containerDefinitions"][0]["image"]


def everything():
    """All that a second deployment must leave as it is."""
    return (
        {name: stack.get("LastUpdatedTime") for name, stack in stacks().items()},
        {name: (s["taskDefinition"], s["deployments"][0]["id"]) for name, s in services().items()},
        client("secretsmanager").list_secrets()["SecretList"],
    )
