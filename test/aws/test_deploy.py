"""deploy.sh and destroy.sh against a mock AWS, whose API is then asked what there is. One story:
each test begins where the one before it ended.

    cd test/aws && python3 -m unittest --failfast test_deploy test_push_image test_rotation
"""

import json
import os
import subprocess
import unittest

from deployment import (IMAGE, STACKS, change_parameters, client, database, deploy, door,
                        everything, image, outputs, run, secret, services, stacks,
                        write_parameters)
from surroundings import PROJECT, REGION


class Step1BeforeAnythingIsMade(unittest.TestCase):
    def test_1_a_pool_that_the_database_cannot_hold_is_refused(self):
        write_parameters("small", PoolSize=3)
        _, errors = deploy(f"--image={IMAGE}:1", status=1)
        self.assertIn("82 connections", errors)
        self.assertEqual(stacks(), {})

    def test_2_a_parameter_that_no_template_has_is_refused(self):
        write_parameters("small", MaxTask=3)
        _, errors = deploy(f"--image={IMAGE}:1", status=1)
        self.assertIn("MaxTask", errors)
        self.assertEqual(stacks(), {})

    def test_3_without_the_databases_limit_it_is_refused(self):
        write_parameters("small", DatabaseMaxConnections=None)
        _, errors = deploy(f"--image={IMAGE}:1", status=1)
        self.assertIn("DatabaseMaxConnections", errors)
        self.assertEqual(stacks(), {})

    def test_4_a_dry_run_makes_nothing(self):
        for name in ("small", "production"):
            write_parameters(name)
            told, _ = deploy("--dry-run")
            for stack in STACKS:
                self.assertIn(f"kube-credential-{stack}", told)
        self.assertEqual(stacks(), {})

    def test_5_without_credentials_it_says_so(self):
        ended = subprocess.run(
            [PROJECT / "scripts/deploy.sh", f"--region={REGION}"], text=True, capture_output=True,
            check=False, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                              "AWS_EC2_METADATA_DISABLED": "true"})
        self.assertEqual(ended.returncode, 1)
        self.assertIn("credentials", ended.stderr)


class Step2AFailingMigration(unittest.TestCase):
    def test_services_are_not_made(self):
        write_parameters("small")
        with database.away():
            _, errors = deploy(f"--image={IMAGE}:1", status=1)
        self.assertIn("migration failed: Essential container in task exited", errors)
        self.assertIn("aws logs tail /kube-credential/migrate", errors)
        self.assertEqual(sorted(stacks()), [f"kube-credential-{s}"
                                            for s in ("cluster", "data", "network")])


class Step3TheSmallDeployment(unittest.TestCase):
    def test_0_of_a_first_release_that_fails_nothing_has_to_be_cleared_away_by_hand(self):
        write_parameters("small")
        _, errors = deploy(f"--image={IMAGE}:unstable", status=1)
        self.assertIn("The services could not be deployed", errors)
        self.assertIn("nothing to go back to", errors)
        self.assertEqual(stacks()["kube-credential-services"]["StackStatus"], "ROLLBACK_COMPLETE")

    def test_1_is_made_and_says_that_it_is_http_only(self):
        write_parameters("small")
        told, errors = deploy(f"--image={IMAGE}:1")
        self.assertEqual(told.strip(), door.url)
        self.assertIn("Warning: HTTP only", errors)
        self.assertIn("rotate_secrets.sh api-key", errors)
        self.assertEqual(sorted(stacks()), [f"kube-credential-{s}" for s in STACKS])

    def test_2_twice_is_no_change(self):
        before = everything()
        _, errors = deploy(f"--image={IMAGE}:1")
        self.assertEqual(errors.count("No changes to deploy"), len(STACKS))
        self.assertEqual(everything(), before)

    def test_3_its_tasks_are_of_the_promised_size(self):
        for name in ("issuance", "verification", "migrate"):
            definition = client("ecs").describe_task_definition(
                taskDefinition=f"kube-credential-{name}")["taskDefinition"]
            self.assertEqual((definition["cpu"], definition["memory"]), ("256", "512"))
            self.assertEqual(definition["requiresCompatibilities"], ["FARGATE"])

    def test_4_its_only_listener_is_http(self):
        elb = client("elbv2")
        balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
        listeners = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        self.assertEqual([(l["Protocol"], l["Port"]) for l in listeners], [("HTTP", 80)])
        self.assertEqual(listeners[0]["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"],
                         "404")

    def test_5_destroy_asks_and_keeps_the_data(self):
        run("destroy.sh", typed="something else\n", status=1)
        self.assertEqual(len(stacks()), len(STACKS))
        _, errors = run("destroy.sh", typed="kube-credential\n")
        self.assertIn("--delete-data", errors)
        self.assertEqual(sorted(stacks()), ["kube-credential-data", "kube-credential-network"])

    def test_6_destroy_removes_the_data_where_told_to_and_keeps_a_snapshot(self):
        bucket = outputs("data")["AccessLogBucket"]
        client("s3").put_object(Bucket=bucket, Key="AWSLogs/1", Body=b"log")
        run("destroy.sh", "--yes", "--delete-data")
        self.assertEqual(stacks(), {})
        self.assertEqual(client("s3").list_buckets()["Buckets"], [])
        self.assertEqual(client("rds").describe_db_instances()["DBInstances"], [])
        snapshots = client("rds").describe_db_snapshots()["DBSnapshots"]
        self.assertEqual([s["DBSnapshotIdentifier"] for s in snapshots], ["kube-credential-final"])

    def test_7_destroy_of_nothing_is_no_mistake(self):
        run("destroy.sh", "--yes", "--delete-data")


def bounds():
    scaling = client("application-autoscaling")
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    return sorted((t["ResourceId"], t["MinCapacity"], t["MaxCapacity"]) for t in targets)


class Step4TheProductionDeployment(unittest.TestCase):
    def test_01_is_made(self):
        certificate = client("acm").request_certificate(DomainName="example.org")
        write_parameters("production", CertificateArn=certificate["CertificateArn"],
                         AlarmEmail="operator@example.org", ReadReplica="true")
        _, errors = deploy(f"--image={IMAGE}:1")
        self.assertNotIn("Warning", errors)

    def test_02_the_listeners_route_two_paths(self):
        elb = client("elbv2")
        balancer = elb.describe_load_balancers()["LoadBalancers"][0]
        self.assertEqual(balancer["Scheme"], "internet-facing")
        found = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        listeners = {listener["Port"]: listener for listener in found}
        self.assertEqual(sorted(listeners), [80, 443])
        self.assertEqual(listeners[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"],
                         "HTTP_301")
        self.assertEqual(listeners[443]["SslPolicy"], "ELBSecurityPolicy-TLS13-1-2-2021-06")
        rules = elb.describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"]
        routed = {rule["Conditions"][0]["PathPatternConfig"]["Values"][0]:
                  rule["Actions"][0]["TargetGroupArn"] for rule in rules if rule["Conditions"]}
        self.assertEqual(routed, {"/issuance/*": outputs("load-balancer")["IssuanceTargetGroup"],
                                  "/verification/*":
                                      outputs("load-balancer")["VerificationTargetGroup"]})
        default = next(rule for rule in rules if rule["IsDefault"])
        self.assertEqual(default["Actions"][0]["FixedResponseConfig"]["StatusCode"], "404")

    def test_03_the_load_balancer_is_strict_and_stands_behind_a_firewall(self):
        elb = client("elbv2")
        balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
        found = elb.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
        attributes = {a["Key"]: a["Value"] for a in found}
        self.assertEqual(attributes["routing.http.desync_mitigation_mode"], "strictest")
        self.assertEqual(attributes["routing.http.drop_invalid_header_fields.enabled"], "true")
        self.assertEqual(attributes["access_logs.s3.bucket"], outputs("data")["AccessLogBucket"])
        for group in elb.describe_target_groups()["TargetGroups"]:
            self.assertEqual((group["HealthCheckPath"], group["Port"]), ("/health", 3000))
            found = elb.describe_target_group_attributes(
                TargetGroupArn=group["TargetGroupArn"])["Attributes"]
            self.assertIn({"Key": "deregistration_delay.timeout_seconds", "Value": "30"}, found)
        acl = client("wafv2").get_web_acl_for_resource(ResourceArn=balancer)["WebACL"]
        self.assertEqual([rule["Name"] for rule in acl["Rules"]], ["rate", "common"])

    def test_04_each_service_runs_two_tasks_of_its_own_in_private_subnets(self):
        subnets = outputs("network")["PrivateSubnets"].split(",")
        for name, service in services().items():
            self.assertEqual((service["desiredCount"], service["launchType"]), (2, "FARGATE"))
            network = service["deployments"][0]["networkConfiguration"]["awsvpcConfiguration"]
            self.assertEqual(network["subnets"], subnets)
            self.assertEqual(network["assignPublicIp"], "DISABLED")
            definition = client("ecs").describe_task_definition(
                taskDefinition=service["taskDefinition"])["taskDefinition"]
            self.assertEqual((definition["cpu"], definition["memory"]), ("512", "1024"))
            self.assertNotIn("taskRoleArn", definition)
            container = definition["containerDefinitions"][0]
            self.assertEqual(container["image"], f"{IMAGE}:1")
            self.assertIn(f"--config=/etc/kube-credential/{name}.properties", container["command"])
            self.assertIn("--define=http.trustedProxies=10.0.0.0/16,127.0.0.0/8",
                          container["command"])
            self.assertIs(container["readonlyRootFilesystem"], True)
            self.assertEqual(container["stopTimeout"], 60)
        zones = {subnet["AvailabilityZone"]
                 for subnet in client("ec2").describe_subnets(SubnetIds=subnets)["Subnets"]}
        self.assertEqual(len(zones), 2)

    def test_05_the_database_is_as_promised_and_verification_has_its_replica(self):
        found = client("rds").describe_db_instances()["DBInstances"]
        primary = next(d for d in found if d["DBInstanceIdentifier"] == "kube-credential")
        self.assertEqual(
            [primary[key] for key in ("Engine", "EngineVersion", "MultiAZ", "StorageEncrypted",
                                      "PubliclyAccessible", "BackupRetentionPeriod",
                                      "DeletionProtection", "MaxAllocatedStorage")],
            ["postgres", "15", True, True, False, 7, True, 1000])
        self.assertEqual(primary["VpcSecurityGroups"][0]["VpcSecurityGroupId"],
                         outputs("network")["DatabaseSecurityGroup"])
        group = primary["DBParameterGroups"][0]["DBParameterGroupName"]
        found_parameters = client("rds").describe_db_parameters(DBParameterGroupName=group)
        values = {p["ParameterName"]: p["ParameterValue"] for p in found_parameters["Parameters"]}
        self.assertEqual(values, {"rds.force_ssl": "1", "max_connections": "400"})
        self.assertEqual(len(primary["ReadReplicaDBInstanceIdentifiers"]), 1)
        self.assertEqual(len(found), 2)

    def test_06_the_database_was_migrated_by_its_master_over_checked_tls(self):
        owner = database.query("SELECT tableowner FROM pg_tables WHERE tablename = 'credentials'",
                               "kube_credential")
        self.assertEqual(owner, "kube_credential_master")
        lines = [event["message"] for event in client("logs").filter_log_events(
            logGroupName=outputs("cluster")["MigrateLogGroup"])["events"]]
        self.assertIn("login user issuance is in kube_credential_issuance", lines)

    def test_07_each_service_has_a_database_user_of_its_own(self):
        for name in ("issuance", "verification"):
            value = json.loads(secret(f"{name.capitalize()}DatabaseSecret"))
            self.assertEqual(value["username"], name)
            self.assertTrue(database.can_log_in(name, value["password"]))
            self.assertFalse(database.can_log_in(name, "wrong"))
            roles = database.query(
                "SELECT r.rolname FROM pg_auth_members JOIN pg_roles r ON r.oid = roleid "
                f"JOIN pg_roles m ON m.oid = member WHERE m.rolname = '{name}'")
            self.assertEqual(roles, f"kube_credential_{name}")

    def test_08_roles_can_read_their_secrets_and_no_others(self):
        iam = client("iam")
        master = outputs("data")["MasterSecret"]
        readers = []
        for role in iam.list_roles()["Roles"]:
            for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
                policy = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)
                if master in json.dumps(policy["PolicyDocument"]):
                    readers.append(role["RoleName"])
        self.assertEqual(len(readers), 1)
        self.assertIn("Migrate", readers[0])

    def test_09_services_scale_between_their_bounds(self):
        scaling = client("application-autoscaling")
        self.assertEqual(
            bounds(),
            [("service/kube-credential/issuance", 2, 10),
             ("service/kube-credential/verification", 2, 10)])
        policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
        self.assertEqual(len(policies), 4)

    def test_10_alarms_filters_and_dashboard_are_there(self):
        watch = client("cloudwatch")
        # Target tracking makes alarms of its own, under other names.
        alarms = watch.describe_alarms(AlarmNamePrefix="kube-credential-")["MetricAlarms"]
        topic = outputs("monitoring")["AlarmTopic"]
        told = [a["AlarmName"] for a in alarms if a["AlarmActions"] == [topic]]
        self.assertEqual((len(alarms), len(told)), (16, 14))
        self.assertEqual(len(client("logs").describe_metric_filters()["metricFilters"]), 5)
        body = watch.get_dashboard(DashboardName="kube-credential")["DashboardBody"]
        self.assertEqual(len(json.loads(body)["widgets"]), 8)
        found = client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual([s["Endpoint"] for s in found], ["operator@example.org"])

    def test_11_logs_and_images_are_kept_for_a_while(self):
        for group in client("logs").describe_log_groups()["logGroups"]:
            self.assertEqual(group.get("retentionInDays"), 90, group["logGroupName"])
        repository = client("ecr").describe_repositories()["repositories"][0]
        self.assertEqual(repository["imageTagMutability"], "IMMUTABLE")

    def test_12_no_api_key_is_there_at_first(self):
        self.assertEqual(secret("ApiKeysSecret").strip(), "")

    def test_13_the_next_release_takes_the_place_of_the_first(self):
        deploy(f"--image={IMAGE}:2")
        self.assertEqual([image("issuance"), image("verification")], [f"{IMAGE}:2"] * 2)

    def test_14_an_unhealthy_release_is_taken_back(self):
        door.status = "degraded"
        try:
            _, errors = deploy(f"--image={IMAGE}:3", "--patience=2", status=1)
        finally:
            door.status = "healthy"
        self.assertIn(f"Going back to {IMAGE}:2", errors)
        self.assertIn("aws logs tail", errors)
        self.assertEqual([image("issuance"), image("verification")], [f"{IMAGE}:2"] * 2)

    def test_15_so_are_parameters_with_which_it_is_unhealthy(self):
        before = bounds()
        change_parameters(MaxTasks=4)
        door.status = "degraded"
        try:
            deploy(f"--image={IMAGE}:2", "--patience=2", status=1)
        finally:
            door.status = "healthy"
            change_parameters(MaxTasks=10)
        self.assertEqual(bounds(), before)

    def test_16_a_release_whose_tasks_fail_is_rolled_back(self):
        _, errors = deploy(f"--image={IMAGE}:unstable", status=1)
        self.assertIn("The services could not be deployed", errors)
        self.assertEqual([image("issuance"), image("verification")], [f"{IMAGE}:2"] * 2)

    def test_17_what_the_scripts_left_is_again_no_change(self):
        deploy(f"--image={IMAGE}:2")
        before = everything()
        deploy(f"--image={IMAGE}:2")
        self.assertEqual(everything(), before)
