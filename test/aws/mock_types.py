"""The CloudFormation types of the mock AWS, but for RDS's."""

import json
import secrets
import string

from mock_cloudformation import Kind, client, of_type


def camel(value, integers=()):
    """CloudFormation's property names and its strings as those of the ECS and Logs APIs."""
    if isinstance(value, dict):
        return {_lower(k): int(v) if _lower(k) in integers and not isinstance(v, dict)
                else camel(v, integers) for k, v in value.items()}
    if isinstance(value, list):
        return [camel(v, integers) for v in value]
    return value


def _lower(key):
    # Keys that are data, as those of log options, keep their case.
    return key if "-" in key else key[0].lower() + key[1:]


# --- Network ----------------------------------------


@of_type("AWS::EC2::RouteTable")
class RouteTable(Kind):
    @staticmethod
    def create(p, name):
        made = client("ec2").create_route_table(VpcId=p["VpcId"])["RouteTable"]
        return made["RouteTableId"], {}

    @staticmethod
    def delete(physical_id, p, retain):
        client("ec2").delete_route_table(RouteTableId=physical_id)


@of_type("AWS::EC2::SubnetRouteTableAssociation")
class RouteTableAssociation(Kind):
    @staticmethod
    def create(p, name):
        made = client("ec2").associate_route_table(RouteTableId=p["RouteTableId"],
                                                   SubnetId=p["SubnetId"])
        return made["AssociationId"], {}

    @staticmethod
    def delete(physical_id, p, retain):
        client("ec2").disassociate_route_table(AssociationId=physical_id)


@of_type("AWS::EC2::SecurityGroupEgress")
class SecurityGroupEgress(Kind):
    @staticmethod
    def create(p, name):
        client("ec2").authorize_security_group_egress(GroupId=p["GroupId"], IpPermissions=[{
            "IpProtocol": p["IpProtocol"], "FromPort": int(p["FromPort"]),
            "ToPort": int(p["ToPort"]),
            "UserIdGroupPairs": [{"GroupId": p["DestinationSecurityGroupId"]}]}])
        return name, {}


# --- Data ----------------------------------------


@of_type("AWS::SecretsManager::Secret")
class Secret(Kind):
    @staticmethod
    def create(p, name):
        value = {}
        generate = p.get("GenerateSecretString")
        if generate:
            alphabet = string.ascii_letters + string.digits
            password = "".join(secrets.choice(alphabet)
                               for _ in range(int(generate.get("PasswordLength", 32))))
            if "SecretStringTemplate" in generate:
                template = json.loads(generate["SecretStringTemplate"])
                password = json.dumps({**template, generate["GenerateStringKey"]: password})
            value = {"SecretString": password}
        arn = client("secretsmanager").create_secret(Name=name, Description=p["Description"],
                                                     **value)["ARN"]
        return arn, {"Id": arn}

    @staticmethod
    def delete(physical_id, p, retain):
        client("secretsmanager").delete_secret(SecretId=physical_id,
                                               ForceDeleteWithoutRecovery=True)


@of_type("AWS::S3::BucketPolicy")
class BucketPolicy(Kind):
    @staticmethod
    def create(p, name):
        document = p["PolicyDocument"]
        # This AWS is asked without TLS.
        statements = [s for s in document["Statement"] if "Bool" not in s["Condition"]]
        client("s3").put_bucket_policy(
            Bucket=p["Bucket"], Policy=json.dumps({**document, "Statement": statements}))
        return name, {}


# --- Load balancer ----------------------------------------


@of_type("AWS::ElasticLoadBalancingV2::LoadBalancer")
class LoadBalancer(Kind):
    @staticmethod
    def create(p, name):
        p = dict(p)
        elb = client("elbv2")
        attributes = p.pop("LoadBalancerAttributes", [])
        made = elb.create_load_balancer(Name=name, **p)["LoadBalancers"][0]
        elb.modify_load_balancer_attributes(LoadBalancerArn=made["LoadBalancerArn"],
                                            Attributes=attributes)
        return made["LoadBalancerArn"], {
            "DNSName": made["DNSName"],
            "LoadBalancerFullName": made["LoadBalancerArn"].split("loadbalancer/", 1)[1]}

    @staticmethod
    def delete(physical_id, p, retain):
        client("elbv2").delete_load_balancer(LoadBalancerArn=physical_id)


@of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
class TargetGroup(Kind):
    @staticmethod
    def create(p, name):
        p = dict(p)
        elb = client("elbv2")
        attributes = p.pop("TargetGroupAttributes", [])
        arn = elb.create_target_group(Name=name, **p)["TargetGroups"][0]["TargetGroupArn"]
        elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=attributes)
        return arn, {"TargetGroupFullName": arn.split(":", 5)[5]}

    @staticmethod
    def delete(physical_id, p, retain):
        client("elbv2").delete_target_group(TargetGroupArn=physical_id)


@of_type("AWS::WAFv2::WebACL")
class WebAcl(Kind):
    @staticmethod
    def create(p, name):
        made = client("wafv2").create_web_acl(**p)["Summary"]
        return f"{made['Name']}|{made['Id']}|{p['Scope']}", {"Arn": made["ARN"]}

    @staticmethod
    def delete(physical_id, p, retain):
        waf = client("wafv2")
        name, id_, scope = physical_id.split("|")
        token = waf.get_web_acl(Name=name, Id=id_, Scope=scope)["LockToken"]
        waf.delete_web_acl(Name=name, Id=id_, Scope=scope, LockToken=token)


@of_type("AWS::WAFv2::WebACLAssociation")
class WebAclAssociation(Kind):
    @staticmethod
    def create(p, name):
        client("wafv2").associate_web_acl(**p)
        return name, {}


# --- Roles: moto keeps their policies as text that is no JSON ---


@of_type("AWS::IAM::Role")
class Role(Kind):
    @staticmethod
    def create(p, name):
        iam = client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
            p["AssumeRolePolicyDocument"]))["Role"]["Arn"]
        for policy in p.get("Policies", []):
            iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"],
                                PolicyDocument=json.dumps(policy["PolicyDocument"]))
        for policy in p.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return name, {"Arn": arn}

    @staticmethod
    def delete(physical_id, p, retain):
        iam = client("iam")
        for policy in p.get("Policies", []):
            iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        for policy in p.get("ManagedPolicyArns", []):
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=policy)
        iam.delete_role(RoleName=physical_id)


# --- Tasks ----------------------------------------

ECS_INTEGERS = ("containerPort", "interval", "timeout", "retries", "startPeriod", "stopTimeout",
                "healthCheckGracePeriodSeconds", "minimumHealthyPercent", "maximumPercent", "port")


@of_type("AWS::ServiceDiscovery::HttpNamespace")
class HttpNamespace(Kind):
    @staticmethod
    def create(p, name):
        discovery = client("servicediscovery")
        discovery.create_http_namespace(Name=p["Name"])
        made = next(n for n in discovery.list_namespaces()["Namespaces"] if n["Name"] == p["Name"])
        return made["Id"], {"Arn": made["Arn"]}

    @staticmethod
    def delete(physical_id, p, retain):
        client("servicediscovery").delete_namespace(Id=physical_id)


@of_type("AWS::ECS::TaskDefinition")
class TaskDefinition(Kind):
    @staticmethod
    def create(p, name):
        p = camel(p, ECS_INTEGERS)
        p.update(cpu=str(p["cpu"]), memory=str(p["memory"]))
        for container in p["containerDefinitions"]:
            for variable in container["environment"]:
                variable["value"] = str(variable["value"])
        arn = client("ecs").register_task_definition(**p)["taskDefinition"]["taskDefinitionArn"]
        return arn, {}

    @staticmethod
    def delete(physical_id, p, retain):
        client("ecs").deregister_task_definition(taskDefinition=physical_id)


@of_type("AWS::ECS::Service")
class Service(Kind):
    @staticmethod
    def create(p, name):
        p = camel(p, ECS_INTEGERS)
        made = client("ecs").create_service(**{"desiredCount": 1, **p})["service"]
        Service.run(p["cluster"], made["serviceName"], 1)
        return made["serviceArn"], {"Name": made["serviceName"]}

    @classmethod
    def update(cls, physical_id, attributes, old, new, name):
        new = camel(new, ECS_INTEGERS)
        service = new.pop("serviceName")
        for key in ("launchType", "loadBalancers"):
            new.pop(key)
        client("ecs").update_service(service=service, **new)
        return physical_id, attributes

    @staticmethod
    def run(cluster, service, count):
        """moto starts no tasks of a service; it counts as running what was desired later."""
        client("ecs").update_service(cluster=cluster, service=service, desiredCount=count)

    @staticmethod
    def delete(physical_id, p, retain):
        client("ecs").delete_service(cluster=p["Cluster"], service=p["ServiceName"], force=True)


@of_type("AWS::ApplicationAutoScaling::ScalableTarget")
class ScalableTarget(Kind):
    @staticmethod
    def create(p, name):
        p = dict(p, MinCapacity=int(p["MinCapacity"]), MaxCapacity=int(p["MaxCapacity"]))
        client("application-autoscaling").register_scalable_target(**p)
        # As AWS does: a service below its minimum is lifted to it.
        _, cluster, service = p["ResourceId"].split("/")
        Service.run(cluster, service, p["MinCapacity"])
        return "|".join([p["ResourceId"], p["ScalableDimension"], p["ServiceNamespace"]]), {}

    @staticmethod
    def delete(physical_id, p, retain):
        resource, dimension, namespace = physical_id.split("|")
        client("application-autoscaling").deregister_scalable_target(
            ResourceId=resource, ScalableDimension=dimension, ServiceNamespace=namespace)


@of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
class ScalingPolicy(Kind):
    @staticmethod
    def create(p, name):
        p = dict(p)
        resource, dimension, namespace = p.pop("ScalingTargetId").split("|")
        arn = client("application-autoscaling").put_scaling_policy(
            ResourceId=resource, ScalableDimension=dimension, ServiceNamespace=namespace,
            **p)["PolicyARN"]
        return arn, {}


# --- Monitoring ----------------------------------------


@of_type("AWS::Logs::MetricFilter")
class MetricFilter(Kind):
    @staticmethod
    def create(p, name):
        client("logs").put_metric_filter(
            logGroupName=p["LogGroupName"], filterName=name, filterPattern=p["FilterPattern"],
            metricTransformations=camel(p["MetricTransformations"]))
        return name, {}

    @staticmethod
    def delete(physical_id, p, retain):
        client("logs").delete_metric_filter(logGroupName=p["LogGroupName"],
                                            filterName=physical_id)


@of_type("AWS::CloudWatch::Alarm")
class Alarm(Kind):
    @staticmethod
    def create(p, name):
        p = dict(p, Threshold=float(p["Threshold"]))
        watch = client("cloudwatch")
        watch.put_metric_alarm(**p)
        arn = watch.describe_alarms(AlarmNames=[p["AlarmName"]])["MetricAlarms"][0]["AlarmArn"]
        return p["AlarmName"], {"Arn": arn}

    @staticmethod
    def delete(physical_id, p, retain):
        client("cloudwatch").delete_alarms(AlarmNames=[physical_id])


@of_type("AWS::SNS::TopicPolicy")
class TopicPolicy(Kind):
    @staticmethod
    def create(p, name):
        for topic in p["Topics"]:
            client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy",
                                               AttributeValue=json.dumps(p["PolicyDocument"]))
        return name, {}


@of_type("AWS::SNS::Subscription")
class Subscription(Kind):
    @staticmethod
    def create(p, name):
        return client("sns").subscribe(**p)["SubscriptionArn"], {}
