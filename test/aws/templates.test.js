// What the architecture promises of the templates, above all what no mock of AWS shows.
"use strict";
const test = require("node:test");
const assert = require("node:assert");
const { Template, Match } = require("aws-cdk-lib/assertions");
const { stack } = require("./stacks");

const template = (name) => Template.fromStack(stack(name));
const network = template("network");
const data = template("data");
const cluster = template("cluster");
const loadBalancer = template("load-balancer");
const services = template("services");
const monitoring = template("monitoring");

const resource = (of, id) => of.toJSON().Resources[id];
const properties = (of, id) => resource(of, id).Properties;
const ofType = (of, type) => Object.values(of.findResources(type));
const ref = (id) => ({ Ref: id });
const sub = (text) => ({ "Fn::Sub": text });
const both = ["Issuance", "Verification"];

// --- Network ----------------------------------------

test("the network is 10.0.0.0/16 with two public and two private subnets in two zones", () => {
    network.hasResourceProperties("AWS::EC2::VPC", { CidrBlock: "10.0.0.0/16" });
    const subnets = ofType(network, "AWS::EC2::Subnet").map(({ Properties: p }) => [
        p.CidrBlock,
        p.AvailabilityZone["Fn::Select"][0],
    ]);
    assert.deepStrictEqual(subnets.sort(), [
        ["10.0.1.0/24", 0],
        ["10.0.11.0/24", 0],
        ["10.0.12.0/24", 1],
        ["10.0.2.0/24", 1],
    ]);
});

test("only the public subnets have a way to the internet", () => {
    network.resourceCountIs("AWS::EC2::NatGateway", 0);
    const routes = ofType(network, "AWS::EC2::Route");
    assert.deepStrictEqual(routes.map((r) => r.Properties.RouteTableId), [ref("PublicRouteTable")]);
    for (const kind of ["Public", "Private"])
        for (const number of [1, 2])
            assert.deepStrictEqual(
                properties(network, `${kind}Subnet${number}Routes`),
                {
                    SubnetId: ref(`${kind}Subnet${number}`),
                    RouteTableId: ref(`${kind}RouteTable`),
                },
            );
});

test("the security groups let through exactly what the layers need", () => {
    // Every rule as "group < from port" or "group > to port".
    const rules = [];
    const port = (r) => (r.FromPort === r.ToPort ? r.FromPort : `${r.FromPort}-${r.ToPort}`);
    const end = (r) =>
        r.CidrIp ?? (r.SourceSecurityGroupId ?? r.DestinationSecurityGroupId).Ref;
    const short = (id) => id.replace("SecurityGroup", "");
    const add = (group, arrow, r) =>
        rules.push(`${short(group)} ${arrow} ${short(end(r))} ${port(r) ?? "-"}`);
    for (const [id, group] of Object.entries(network.findResources("AWS::EC2::SecurityGroup"))) {
        for (const r of group.Properties.SecurityGroupIngress ?? []) add(id, "<", r);
        for (const r of group.Properties.SecurityGroupEgress) add(id, ">", r);
    }
    for (const { Properties: r } of ofType(network, "AWS::EC2::SecurityGroupIngress"))
        add(r.GroupId.Ref, "<", r);
    for (const { Properties: r } of ofType(network, "AWS::EC2::SecurityGroupEgress"))
        add(r.GroupId.Ref, ">", r);
    assert.deepStrictEqual(rules.sort(), [
        "Database < Task 5432",
        "Database > 127.0.0.1/32 -",
        "Endpoint < Task 443",
        "Endpoint > 127.0.0.1/32 -",
        "LoadBalancer < 0.0.0.0/0 443",
        "LoadBalancer < 0.0.0.0/0 80",
        "LoadBalancer > 127.0.0.1/32 -",
        "LoadBalancer > Task 3000",
        "Task < LoadBalancer 3000",
        "Task < Task 3000",
        "Task > 0.0.0.0/0 443",
        "Task > Database 5432",
        "Task > Task 3000",
    ]);
});

test("private tasks have their endpoints, public ones pay for none", () => {
    const endpoints = ofType(network, "AWS::EC2::VPCEndpoint");
    const of = endpoints.map((e) => e.Properties.ServiceName["Fn::Sub"].split("}.")[1]);
    assert.deepStrictEqual(of.sort(), ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]);
    for (const endpoint of endpoints) assert.strictEqual(endpoint.Condition, "PrivateTasks");
    network.hasParameter("TaskPlacement", { Default: "private" });
});

// --- Data ----------------------------------------

test("the database is PostgreSQL 15, in two zones, encrypted, private and backed up", () => {
    data.hasResource("AWS::RDS::DBInstance", {
        DeletionPolicy: "Snapshot",
        UpdateReplacePolicy: "Snapshot",
        Properties: {
            Engine: "postgres",
            EngineVersion: "15",
            Port: "5432",
            MultiAZ: true,
            StorageEncrypted: true,
            PubliclyAccessible: false,
            BackupRetentionPeriod: 7,
            DeletionProtection: true,
            // RDS makes no replica of a database whose password it keeps itself.
            ManageMasterUserPassword: { "Fn::If": ["HasReplica", false, true] },
            MasterUserPassword: {
                "Fn::If": [
                    "HasReplica",
                    sub("{{resolve:secretsmanager:" +
                        "${ReplicatedMasterSecret}:SecretString:password}}"),
                    ref("AWS::NoValue"),
                ],
            },
            DBParameterGroupName: ref("DatabaseParameters"),
            VPCSecurityGroups: [ref("DatabaseSecurityGroup")],
            AutoMinorVersionUpgrade: true,
            MaxAllocatedStorage: ref("DatabaseMaxStorageGiB"),
        },
    });
    data.hasResourceProperties("AWS::RDS::DBParameterGroup", {
        Family: "postgres15",
        Parameters: { "rds.force_ssl": "1", max_connections: ref("DatabaseMaxConnections") },
    });
});

test("a replica is made where it is asked for, private as well, and read from", () => {
    const replica = resource(data, "Replica");
    assert.strictEqual(replica.Condition, "HasReplica");
    assert.strictEqual(replica.Properties.PubliclyAccessible, false);
    data.hasParameter("ReadReplica", { Default: "false" });
    data.hasOutput("ReadHost", {
        Value: {
            "Fn::If": [
                "HasReplica",
                { "Fn::GetAtt": "Replica.Endpoint.Address" },
                { "Fn::GetAtt": "Database.Endpoint.Address" },
            ],
        },
    });
});

test("no secret stands in a template, and the API keys have no value that could come back", () => {
    for (const [id, secret] of Object.entries(data.findResources("AWS::SecretsManager::Secret"))) {
        assert.strictEqual(secret.Properties.SecretString, undefined, id);
        const generated = secret.Properties.GenerateSecretString !== undefined;
        assert.strictEqual(generated, id !== "ApiKeysSecret");
        // A name would be taken for a month after the secret is deleted.
        assert.strictEqual(secret.Properties.Name, undefined, id);
    }
    data.resourceCountIs("AWS::SecretsManager::Secret", 6);
});

test("images are immutable and scanned, old ones expire", () => {
    data.hasResourceProperties("AWS::ECR::Repository", {
        ImageTagMutability: "IMMUTABLE",
        ImageScanningConfiguration: { ScanOnPush: true },
    });
    const policy = properties(data, "Repository").LifecyclePolicy.LifecyclePolicyText;
    assert.strictEqual(JSON.parse(policy).rules.length, 2);
});

test("access logs are private, encrypted, written by load balancers alone, and expire", () => {
    data.hasResourceProperties("AWS::S3::Bucket", {
        PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
        },
        BucketEncryption: {
            ServerSideEncryptionConfiguration: [
                { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
            ],
        },
        LifecycleConfiguration: {
            Rules: [Match.objectLike({ ExpirationInDays: Match.anyValue() })],
        },
    });
    const statements = properties(data, "AccessLogBucketPolicy").PolicyDocument.Statement;
    const allowed = statements.filter((s) => s.Effect === "Allow");
    assert.deepStrictEqual(
        allowed.map((s) => [s.Principal, s.Action]),
        [[{ Service: "logdelivery.elasticloadbalancing.amazonaws.com" }, "s3:PutObject"]],
    );
});

// --- Cluster ----------------------------------------

test("the cluster has Container Insights and a name space", () => {
    cluster.hasResourceProperties("AWS::ECS::Cluster", {
        ClusterSettings: [{ Name: "containerInsights", Value: "enabled" }],
    });
    cluster.resourceCountIs("AWS::ServiceDiscovery::HttpNamespace", 1);
});

test("every log group of every template has a retention", () => {
    for (const of of [network, data, cluster, services, monitoring])
        for (const group of ofType(of, "AWS::Logs::LogGroup"))
            assert.deepStrictEqual(group.Properties.RetentionInDays, ref("LogRetentionDays"));
});

test("each role reads exactly its secrets, and the master secret only that of migrate", () => {
    const reads = Object.fromEntries(
        Object.entries(cluster.findResources("AWS::IAM::Role")).map(([id, role]) => {
            assert.deepStrictEqual(role.Properties.ManagedPolicyArns, [ref("StartTasks")]);
            const [policy, ...others] = role.Properties.Policies;
            assert.deepStrictEqual(others, []);
            const [statement, ...more] = policy.PolicyDocument.Statement;
            assert.deepStrictEqual(more, []);
            assert.strictEqual(statement.Action, "secretsmanager:GetSecretValue");
            return [id, statement.Resource.map((r) => r.Ref)];
        }),
    );
    assert.deepStrictEqual(reads, {
        IssuanceExecutionRole: [
            "IssuanceDatabaseSecret",
            "ApiKeysSecret",
            "HealthTokenSecret",
            "CrossCheckKeySecret",
        ],
        VerificationExecutionRole: [
            "VerificationDatabaseSecret",
            "HealthTokenSecret",
            "CrossCheckKeySecret",
        ],
        MigrateExecutionRole: [
            "MasterSecret",
            "IssuanceDatabaseSecret",
            "VerificationDatabaseSecret",
        ],
    });
});

test("what all roles share is to pull this image and to write these logs", () => {
    const statements = properties(cluster, "StartTasks").PolicyDocument.Statement;
    assert.deepStrictEqual(
        statements.map((s) => [[s.Action].flat().join(), s.Resource]),
        [
            ["ecr:GetAuthorizationToken", "*"],
            [
                "ecr:BatchCheckLayerAvailability,ecr:BatchGetImage,ecr:GetDownloadUrlForLayer",
                ref("RepositoryArn"),
            ],
            [
                "logs:CreateLogStream,logs:PutLogEvents",
                ["Issuance", "Verification", "Migrate", "ServiceConnect"].map((id) => ({
                    "Fn::GetAtt": `${id}LogGroup.Arn`,
                })),
            ],
        ],
    );
});

// --- Tasks ----------------------------------------

const containers = {
    Migrate: properties(cluster, "MigrateTask").ContainerDefinitions[0],
    Issuance: properties(services, "IssuanceTask").ContainerDefinitions[0],
    Verification: properties(services, "VerificationTask").ContainerDefinitions[0],
};
const named = (list, key) => Object.fromEntries(list.map((entry) => [entry.Name, entry[key]]));

test("every task runs without a role, as nobody, on a read-only file system", () => {
    for (const task of [...ofType(cluster, "AWS::ECS::TaskDefinition"),
        ...ofType(services, "AWS::ECS::TaskDefinition")]) {
        assert.strictEqual(task.Properties.TaskRoleArn, undefined);
        const [container, ...others] = task.Properties.ContainerDefinitions;
        assert.deepStrictEqual(others, []);
        assert.strictEqual(container.User, "10001");
        assert.strictEqual(container.ReadonlyRootFilesystem, true);
        assert.deepStrictEqual(container.LinuxParameters, { Capabilities: { Drop: ["ALL"] } });
        assert.strictEqual(container.StopTimeout, 60);
        const options = container.LogConfiguration.Options;
        assert.strictEqual(container.LogConfiguration.LogDriver, "awslogs");
        assert.ok(options.mode === "blocking" || options["max-buffer-size"]);
    }
});

test("every task checks the database's certificate", () => {
    for (const container of Object.values(containers)) {
        const environment = named(container.Environment, "Value");
        assert.strictEqual(environment.DB_SSLMODE, "verify-full");
        assert.strictEqual(
            environment.DB_SSLROOTCERT, "/etc/kube-credential/certificates/rds.pem");
    }
});

test("each task gets the secrets that it needs and no other", () => {
    assert.deepStrictEqual(named(containers.Migrate.Secrets, "ValueFrom"), {
        RDS_CLUSTER_USERNAME: sub("${MasterSecret}:username::"),
        RDS_CLUSTER_PASSWORD: sub("${MasterSecret}:password::"),
        ISSUANCE_DB_USERNAME: sub("${IssuanceDatabaseSecret}:username::"),
        ISSUANCE_DB_PASSWORD: sub("${IssuanceDatabaseSecret}:password::"),
        VERIFICATION_DB_USERNAME: sub("${VerificationDatabaseSecret}:username::"),
        VERIFICATION_DB_PASSWORD: sub("${VerificationDatabaseSecret}:password::"),
    });
    assert.deepStrictEqual(named(containers.Issuance.Secrets, "ValueFrom"), {
        RDS_CLUSTER_USERNAME: sub("${IssuanceDatabaseSecret}:username::"),
        RDS_CLUSTER_PASSWORD: sub("${IssuanceDatabaseSecret}:password::"),
        API_KEYS: ref("ApiKeysSecret"),
        HEALTH_TOKEN: ref("HealthTokenSecret"),
        CROSS_CHECK_KEY: ref("CrossCheckKeySecret"),
    });
    assert.deepStrictEqual(named(containers.Verification.Secrets, "ValueFrom"), {
        RDS_CLUSTER_USERNAME: sub("${VerificationDatabaseSecret}:username::"),
        RDS_CLUSTER_PASSWORD: sub("${VerificationDatabaseSecret}:password::"),
        HEALTH_TOKEN: ref("HealthTokenSecret"),
        CROSS_CHECK_KEY: ref("CrossCheckKeySecret"),
    });
    assert.ok(!JSON.stringify(services.toJSON()).includes("MasterSecret"));
});

test("issuance asks for keys; verification is open, reads the replica and asks issuance", () => {
    assert.deepStrictEqual(containers.Issuance.Command, [
        "--config=/etc/kube-credential/issuance.properties",
        sub("--define=database.poolSize=${PoolSize}"),
        sub("--define=http.trustedProxies=${VpcCidr},127.0.0.0/8"),
        "--define=issuance.auth=keys",
    ]);
    assert.deepStrictEqual(containers.Verification.Command, [
        "--config=/etc/kube-credential/verification.properties",
        sub("--define=database.poolSize=${PoolSize}"),
        sub("--define=http.trustedProxies=${VpcCidr},127.0.0.0/8"),
        "--define=verification.crossCheck=http://issuance:3000",
    ]);
    const host = (id) => named(containers[id].Environment, "Value").RDS_CLUSTER_HOST;
    assert.deepStrictEqual(host("Issuance"), ref("DatabaseHost"));
    assert.deepStrictEqual(host("Verification"), ref("ReadHost"));
    assert.deepStrictEqual(containers.Migrate.Command, [
        "--config=/etc/kube-credential/issuance.properties",
        "--migrate",
    ]);
});

for (const id of both)
    test(`${id}'s service is spread, found by name, and rolled back when not healthy`, () => {
        const name = id.toLowerCase();
        assert.deepStrictEqual(containers[id].HealthCheck.Command, [
            "CMD",
            "/usr/bin/kube-credential",
            "--healthcheck",
        ]);
        const service = properties(services, `${id}Service`);
        assert.strictEqual(service.LaunchType, "FARGATE");
        assert.strictEqual(service.HealthCheckGracePeriodSeconds, 60);
        assert.strictEqual(service.AvailabilityZoneRebalancing, "ENABLED");
        assert.deepStrictEqual(service.DeploymentConfiguration, {
            MinimumHealthyPercent: 100,
            MaximumPercent: 200,
            DeploymentCircuitBreaker: { Enable: true, Rollback: true },
            Alarms: { Enable: true, Rollback: true, AlarmNames: [ref(`${id}DeploymentAlarm`)] },
        });
        const connect = service.ServiceConnectConfiguration;
        assert.strictEqual(connect.Enabled, true);
        assert.deepStrictEqual(connect.Namespace, ref("NamespaceArn"));
        assert.deepStrictEqual(connect.Services, [
            {
                PortName: containers[id].PortMappings[0].Name,
                DiscoveryName: name,
                ClientAliases: [{ DnsName: name, Port: 3000 }],
                // The proxy gives a connection up before the program does, which waits for 75 s.
                Timeout: { IdleTimeoutSeconds: 60 },
            },
        ]);
        // A deployment must not undo what scaling has set.
        assert.strictEqual(service.DesiredCount, undefined);
        assert.deepStrictEqual(service.NetworkConfiguration.AwsvpcConfiguration, {
            Subnets: ref("TaskSubnets"),
            SecurityGroups: [ref("TaskSecurityGroup")],
            AssignPublicIp: ref("TaskPublicIp"),
        });
    });

test("verification is started after issuance, whose name it would not know otherwise", () => {
    assert.deepStrictEqual([resource(services, "VerificationService").DependsOn].flat(), [
        "IssuanceService",
    ]);
});

test("a task is a quarter of a processor and 512 MiB by default, two at least", () => {
    services.hasParameter("TaskCpu", { Default: 256 });
    services.hasParameter("TaskMemory", { Default: 512 });
    services.hasParameter("MinTasks", { Default: 2, MinValue: 2 });
});

// --- Load balancer ----------------------------------------

test("the load balancer drops what is malformed, logs, and idles out before the service", () => {
    const given = properties(loadBalancer, "LoadBalancer").LoadBalancerAttributes;
    const attributes = Object.fromEntries(given.map((a) => [a.Key, a.Value]));
    assert.deepStrictEqual(attributes, {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": ref("AccessLogBucket"),
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "idle_timeout.timeout_seconds": "60",
    });
});

const notFound = {
    Type: "fixed-response",
    FixedResponseConfig: Match.objectLike({ StatusCode: "404" }),
};

test("HTTP redirects to HTTPS, which takes TLS 1.2 or later; what is not routed gets 404", () => {
    loadBalancer.hasResourceProperties("AWS::ElasticLoadBalancingV2::Listener", {
        Port: 80,
        DefaultActions: [
            {
                "Fn::If": [
                    "HasCertificate",
                    {
                        Type: "redirect",
                        RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" },
                    },
                    notFound,
                ],
            },
        ],
    });
    loadBalancer.hasResource("AWS::ElasticLoadBalancingV2::Listener", {
        Condition: "HasCertificate",
        Properties: {
            Port: 443,
            Protocol: "HTTPS",
            SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
            DefaultActions: [notFound],
        },
    });
    loadBalancer.hasOutput("Warning", { Condition: "HasNoCertificate" });
});

test("two paths are routed and no other", () => {
    const rules = ofType(loadBalancer, "AWS::ElasticLoadBalancingV2::ListenerRule");
    const routes = rules.map(({ Properties: p }) => [
        p.Conditions.map((c) => c.PathPatternConfig.Values),
        p.Actions.map((a) => a.TargetGroupArn),
    ]);
    assert.deepStrictEqual(routes, [
        [[["/issuance/*"]], [ref("IssuanceTargetGroup")]],
        [[["/verification/*"]], [ref("VerificationTargetGroup")]],
    ]);
});

for (const id of both)
    test(`${id}'s targets are asked for /health and drained for 30 seconds`, () => {
        loadBalancer.hasResourceProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
            HealthCheckPath: "/health",
            Matcher: { HttpCode: "200" },
            Port: 3000,
            TargetType: "ip",
        });
        const attributes = properties(loadBalancer, `${id}TargetGroup`).TargetGroupAttributes;
        assert.ok(attributes.some(
            (a) => a.Key === "deregistration_delay.timeout_seconds" && a.Value === "30"));
        assert.deepStrictEqual(properties(services, `${id}Service`).LoadBalancers, [
            {
                ContainerName: id.toLowerCase(),
                ContainerPort: 3000,
                TargetGroupArn: ref(`${id}TargetGroup`),
            },
        ]);
    });

test("the firewall is on by default, limits rates, and lets large bodies through", () => {
    loadBalancer.hasParameter("Firewall", { Default: "on" });
    const acl = resource(loadBalancer, "WebAcl");
    assert.strictEqual(acl.Condition, "HasFirewall");
    const [rate, common, ...others] = acl.Properties.Rules;
    assert.deepStrictEqual(others, []);
    assert.deepStrictEqual(rate.Action, { Block: {} });
    assert.deepStrictEqual(rate.Statement.RateBasedStatement.Limit, ref("RequestsPerFiveMinutes"));
    const managed = common.Statement.ManagedRuleGroupStatement;
    assert.strictEqual(managed.Name, "AWSManagedRulesCommonRuleSet");
    assert.deepStrictEqual(managed.RuleActionOverrides, [
        { Name: "SizeRestrictions_BODY", ActionToUse: { Count: {} } },
    ]);
    assert.deepStrictEqual(common.OverrideAction, { None: {} });
    const { ResourceArn } = properties(loadBalancer, "WebAclAssociation");
    assert.deepStrictEqual(ResourceArn, ref("LoadBalancer"));
});

// --- Scaling and monitoring ----------------------------------------

for (const id of both)
    test(`${id} scales on CPU and on memory`, () => {
        const metrics = ofType(services, "AWS::ApplicationAutoScaling::ScalingPolicy")
            .filter((p) => p.Properties.ScalingTargetId.Ref === `${id}Scaling`)
            .map((p) => p.Properties.TargetTrackingScalingPolicyConfiguration
                .PredefinedMetricSpecification.PredefinedMetricType);
        assert.deepStrictEqual(metrics.sort(), [
            "ECSServiceAverageCPUUtilization",
            "ECSServiceAverageMemoryUtilization",
        ]);
    });

test("the alarms that the architecture names are there and tell somebody", () => {
    const alarms = monitoring.findResources("AWS::CloudWatch::Alarm");
    const each = both.flatMap((id) =>
        ["Cpu", "Errors", "LostDatabase", "Slow", "Unhealthy"].map((what) => id + what));
    assert.deepStrictEqual(Object.keys(alarms).sort(), [
        "DatabaseConnections", "DatabaseCpu", "DatabaseStorage",
        ...each, "LoadBalancerErrors"].sort());
    for (const [id, alarm] of Object.entries(alarms))
        assert.deepStrictEqual(alarm.Properties.AlarmActions, [ref("Alarms")], id);
    for (const id of both)
        assert.strictEqual(alarms[`${id}Slow`].Properties.ExtendedStatistic, "p99");
});
