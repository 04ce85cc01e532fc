# shellcheck shell=bash
# What the scripts for AWS share; they source it.

# May be changed by options:
name=kube-credential # what everything is named after
region=              # the caller's own where this is empty
patience=1800        # seconds to wait for anything

pause=${POLL_SECONDS:-5} # between two looks at what is waited for

say() {
    echo "$*" >&2
}

die() {
    echo "$0: $*" >&2
    exit 1
}

# usage: prints the comment at the script's head, and ends it.
usage() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0" >&2
    exit 64
}

# need TOOL ...: ends the script where some are missing, naming them.
need() {
    local tool missing=()
    for tool in "$@"; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [[ ${#missing[@]} -eq 0 ]] || die "missing on this machine: ${missing[*]}"
}

# use_account: settles the region; ends the script where there are no credentials.
use_account() {
    need aws jq
    export AWS_PAGER=""
    region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
    [[ -n $region ]] || die "which region? Give --region=…, or set AWS_REGION"
    export AWS_REGION=$region AWS_DEFAULT_REGION=$region
    aws sts get-caller-identity >/dev/null ||
        die "no valid AWS credentials: run aws configure, or aws sso login"
}

# describe_stack STACK: all about it as JSON; nothing where it is not there.
describe_stack() {
    local answer
    if answer=$(aws cloudformation describe-stacks --stack-name "$name-$1" --output json 2>&1); then
        jq '.Stacks[0]' <<<"$answer"
    else
        [[ $answer == *"does not exist"* ]] || die "$answer"
    fi
}

# stack_status STACK: its state; nothing where it is not there.
stack_status() {
    describe_stack "$1" | jq -r .StackStatus
}

# outputs STACK: its outputs, each as KEY=VALUE; nothing where it is not there.
outputs() {
    describe_stack "$1" | jq -r '.Outputs // [] | .[] | "\(.OutputKey)=\(.OutputValue)"'
}

# settings STACK: the parameters that it has, each as KEY=VALUE; nothing where it is not there.
settings() {
    describe_stack "$1" | jq -r '.Parameters // [] | .[] | "\(.ParameterKey)=\(.ParameterValue)"'
}

# output STACK KEY: one of its outputs; ends the script where it is missing.
output() {
    local value
    value=$(outputs "$1" | sed -n "s/^$2=//p")
    [[ -n $value ]] || die "the stack $name-$1 is not there yet: run scripts/deploy.sh"
    echo "$value"
}

# unprotect_database: lets the database be removed, where it is there and protected.
unprotect_database() {
    local protected
    protected=$(aws rds describe-db-instances --output json | jq -r --arg name "$name" \
        '.DBInstances[] | select(.DBInstanceIdentifier == $name and .DeletionProtection)
            | .DBInstanceIdentifier')
    [[ -n $protected ]] || return 0
    say "Taking the protection off the database $protected"
    aws rds modify-db-instance --db-instance-identifier "$protected" --no-deletion-protection \
        --apply-immediately >/dev/null
    aws rds wait db-instance-available --db-instance-identifier "$protected"
}

delete_stack() {
    [[ -n $(stack_status "$1") ]] || return 0
    say "Removing the stack $name-$1"
    aws cloudformation delete-stack --stack-name "$name-$1"
    aws cloudformation wait stack-delete-complete --stack-name "$name-$1"
}

# run_migration: runs the migrate task, which migrates the database and gives its users the
# passwords that Secrets Manager holds. Fails where the task does not exit with 0.
run_migration() {
    local cluster network task state deadline=$((SECONDS + patience))
    cluster=$(output cluster Cluster)
    network=$(printf 'awsvpcConfiguration={subnets=[%s],securityGroups=[%s],assignPublicIp=%s}' \
        "$(output network TaskSubnets)" "$(output network TaskSecurityGroup)" \
        "$(output network TaskPublicIp)")
    task=$(aws ecs run-task --cluster "$cluster" --launch-type FARGATE \
        --task-definition "$(output cluster MigrateTask)" --network-configuration "$network" \
        --output json | jq -r '.tasks[0].taskArn // empty')
    [[ -n $task ]] || return 1
    say "Migrating the database: task ${task##*/}"
    while
        state=$(aws ecs describe-tasks --cluster "$cluster" --tasks "$task" --output json)
        [[ $(jq -r '.tasks[0].lastStatus' <<<"$state") != STOPPED && $SECONDS -lt $deadline ]]
    do
        sleep "$pause"
    done
    [[ $(jq -r '.tasks[0].containers[0].exitCode' <<<"$state") != 0 ]] || return 0
    say "The migration failed: $(jq -r '.tasks[0] | .stoppedReason // .lastStatus' <<<"$state")"
    say "Its log: aws logs tail $(output cluster MigrateLogGroup) --since 1h --region $region"
    return 1
}

# wait_until_stable: until both services run as many tasks as they should, and no older ones.
wait_until_stable() {
    local cluster unstable deadline=$((SECONDS + patience))
    cluster=$(output cluster Cluster)
    while
        unstable=$(aws ecs describe-services --cluster "$cluster" \
            --services issuance verification --output json |
            jq -r '["issuance", "verification"] - [.services[] | select((.deployments | length) == 1
                and .runningCount == .desiredCount) | .serviceName] | join(" and ")') ||
            unstable="what ECS does not tell of"
        [[ -n $unstable && $SECONDS -lt $deadline ]]
    do
        sleep "$pause"
    done
    [[ -z $unstable ]] || {
        say "Not stable after $patience s: $unstable"
        return 1
    }
}

# primary_deployment SERVICE: the id of what it deploys, or has deployed.
primary_deployment() {
    aws ecs describe-services --cluster "$(output cluster Cluster)" --services "$1" \
        --output json | jq -r '.services[0].deployments[] | select(.status == "PRIMARY") | .id'
}

# restart SERVICE ...: new tasks in the place of the running ones, which have read the secrets anew.
restart() {
    local service
    local -A started=()
    for service in "$@"; do
        say "Restarting $service"
        aws ecs update-service --cluster "$(output cluster Cluster)" --service "$service" \
            --force-new-deployment >/dev/null
        started[$service]=$(primary_deployment "$service")
    done
    wait_until_stable || die "see why: aws ecs describe-services --cluster $name --services $*"
    for service in "$@"; do
        # Where the new tasks fail, ECS goes back to the old deployment, and is stable as well.
        [[ $(primary_deployment "$service") == "${started[$service]}" ]] ||
            die "the new tasks of $service failed, and ECS went back to what was before"
    done
}
