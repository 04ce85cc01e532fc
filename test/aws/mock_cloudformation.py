"""How moto's CloudFormation comes to know types that moto 5.2 lacks or keeps too little of, and
what of it is corrected. The types stand in mock_types.py and mock_rds.py."""

import json
import logging
import os
import re

import boto3
import moto.cloudformation.models as cloudformation
import moto.cloudformation.parsing as parsing
import moto.secretsmanager.models  # noqa: F401  (of two models of a type, the later defined wins)
import moto.servicediscovery.models  # noqa: F401
import moto.wafv2.models  # noqa: F401
from moto.core.common_models import CloudFormationModel

TYPES = {}


def client(service):
    return boto3.client(service, endpoint_url=client.endpoint,
                        region_name=os.environ["AWS_REGION"], aws_access_key_id="mock",
                        aws_secret_access_key="mock")


def of_type(name):
    def register(cls):
        TYPES[name] = cls
        return cls

    return register


class Kind:
    """What a type does unless it says otherwise; create(properties, name) returns its Ref and its
    attributes. Each goes through moto's own service API, which can be asked for it afterwards."""

    @classmethod
    def update(cls, physical_id, attributes, old, new, name):
        """Changes it; the default makes it anew, as CloudFormation does where it must."""
        return cls.create(new, name)

    @staticmethod
    def delete(physical_id, properties, retain):
        pass


def model(type_, kind):
    """The class by which moto's CloudFormation makes resources of the type."""

    class Model(CloudFormationModel):
        __module__ = "moto.cloudformation.custom_types"
        physical_resource_id = ""

        @staticmethod
        def cloudformation_type():
            return type_

        @staticmethod
        def cloudformation_name_type():
            return None

        @classmethod
        def has_cfn_attr(cls, attribute):
            return True

        def get_cfn_attribute(self, attribute):
            return self.attributes[attribute]

        @classmethod
        def create_from_cloudformation_json(cls, name, json_, account, region, **kwargs):
            made = cls()
            made.name, made.properties = name, json_["Properties"]
            made.retain = json_.get("DeletionPolicy") == "Snapshot"
            made.physical_resource_id, made.attributes = kind.create(made.properties, name)
            return made

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, new_resource_name,
                                            cloudformation_json, account_id, region_name):
            new = cloudformation_json["Properties"]
            if new != original_resource.properties:
                original_resource.physical_resource_id, original_resource.attributes = kind.update(
                    original_resource.physical_resource_id, original_resource.attributes,
                    original_resource.properties, new, original_resource.name)
                original_resource.properties = new
            return original_resource

        @classmethod
        def delete_from_cloudformation_json(cls, *args, **kwargs):
            pass

        def delete(self, account, region):
            # Not as TypeError or AttributeError, after which moto would try another way.
            try:
                kind.delete(self.physical_resource_id, self.properties, self.retain)
            except (TypeError, AttributeError) as error:
                raise RuntimeError(error) from error

    return Model


MODELS = []  # moto finds them as living subclasses


def corrected(clean_json):
    """moto cuts !GetAtt Database.Endpoint.Address at its second dot, and knows the zones of only
    one region."""

    def clean(json_, resources):
        if isinstance(json_, dict) and len(json_.get("Fn::GetAtt", "")) > 2:
            name, *attribute = json_["Fn::GetAtt"]
            json_ = {"Fn::GetAtt": [name, ".".join(attribute)]}
        if json_ == {"Fn::GetAZs": ""}:
            json_ = {"Fn::GetAZs": os.environ["AWS_REGION"]}
        return clean_json(json_, resources)

    return clean


def references(template):
    """Names that the template refers to: moto's own looks at Ref alone."""
    text = json.dumps(template, default=str)
    return (re.findall(r'"Ref": "([^"]+)"', text) + re.findall(r'"Fn::GetAtt": \["([^"]+)"', text) +
            re.findall(r"\$\{([A-Za-z0-9]+)", text))


def transitive(build_resource_diff):
    """What refers to a resource that changes, changes too."""

    def diff(self, other_template, parameters=None):
        found = build_resource_diff(self, other_template, parameters)
        modified = found["Modify"]
        resources = other_template["Resources"]
        for changed in modified:  # which grows meanwhile
            modified += [name for name, json_ in resources.items()
                         if name in self._resource_json_map and name not in modified
                         and json_["Type"] in TYPES and changed in references(json_)]
        return found

    return diff


def rolling_back(execute_change_set):
    """Executed change sets keep outputs and parameters; one that fails is rolled back."""

    def execute(self, change_set_name, stack_name=None):
        change_set = self.describe_change_set(change_set_name)
        stack = self.stacks[change_set.stack_id]
        try:
            execute_change_set(self, change_set_name, stack_name)
        except Exception:
            logging.exception("%s failed", stack.name)
            stack.status = ("ROLLBACK_COMPLETE" if change_set.change_set_type == "CREATE"
                            else "UPDATE_ROLLBACK_COMPLETE")
            return
        stack._parse_template()
        stack.parameters = change_set.parameters
        stack.output_map = stack._create_output_map()
        stack.output_map._resource_map = stack.resource_map

    return execute


def install(endpoint):
    client.endpoint = endpoint
    MODELS.extend(model(type_, kind) for type_, kind in TYPES.items())
    parsing.clean_json = corrected(parsing.clean_json)
    parsing.get_references_from_template = references
    parsing.ResourceMap.build_resource_diff = transitive(parsing.ResourceMap.build_resource_diff)
    backend = cloudformation.CloudFormationBackend
    backend.execute_change_set = rolling_back(backend.execute_change_set)
