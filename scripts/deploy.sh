#!/usr/bin/env bash
# Brings kube-credential to AWS, or what is there up to this revision: the stacks in aws/, the image
# and the migration of the database. Waits until both services say that they are healthy; where
# they do not, goes back to how they were before. Run twice, it changes nothing.
#   scripts/deploy.sh [--parameters=aws/parameters/small.json] [--name=kube-credential]
#       [--region=REGION] [--image=URI] [--url=URL] [--patience=1800] [--dry-run]
# --image deploys an image that is pushed already. --url is where to ask the services, such as the
# domain of the certificate; without it, the load balancer's own name. --patience is how many
# seconds to wait for a task, for services and for health. --dry-run checks and makes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/aws-common.sh
source scripts/aws-common.sh

file=aws/parameters/small.json
image=
url=
dry_run=false
for argument in "$@"; do
    case $argument in
        --parameters=*) file=${argument#*=} ;;
        --name=*) name=${argument#*=} ;;
        --region=*) region=${argument#*=} ;;
        --image=*) image=${argument#*=} ;;
        --url=*) url=${argument#*=} ;;
        --patience=*) patience=${argument#*=} ;;
        --dry-run) dry_run=true ;;
        *) usage ;;
    esac
done

# check_parameters: finds mistakes before anything is made.
check_parameters() {
    local key connections limit
    [[ -r $file ]] || die "cannot read $file"
    for key in $(jq -r 'keys[]' "$file"); do
        grep -qE "^  $key:\$" aws/*.yaml || die "$file: no template has a parameter $key"
    done
    # A service may have twice its tasks while it is deployed. A task of issuance opens a pool for
    # reading and one for writing, one of verification only the first. Ten more are for the migrate
    # task, for RDS itself and for whoever looks after it.
    connections=$(jq '(.MaxTasks | tonumber) * 2 * 3 * (.PoolSize | tonumber) + 10' "$file") ||
        die "$file must give MaxTasks and PoolSize"
    limit=$(jq '.DatabaseMaxConnections | tonumber' "$file") ||
        die "$file must give DatabaseMaxConnections"
    [[ $connections -le $limit ]] ||
        die "$file: MaxTasks or PoolSize is too much: all tasks may open $connections connections" \
            "to the database, and DatabaseMaxConnections is $limit"
}

# deploy STACK: makes or updates the stack. Its outputs are parameters of those that come after.
deploy() {
    say "Stack $name-$1"
    case $(stack_status "$1") in
        # Where making it failed, it can only be removed.
        ROLLBACK_COMPLETE | ROLLBACK_FAILED)
            [[ $1 != data ]] || unprotect_database
            delete_stack "$1"
            ;;
    esac
    # Of the parameters, a stack takes those that its template names.
    aws cloudformation deploy --stack-name "$name-$1" --template-file "aws/$1.yaml" \
        --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset \
        --parameter-overrides "${parameters[@]}" >&2 || return
    local made
    made=$(outputs "$1")
    mapfile -t -O "${#parameters[@]}" parameters <<<"$made"
}

# use_master_secret: where RDS keeps the master's password. A database that was restored has a secret
# of its own, which the stack does not know.
use_master_secret() {
    local secret
    secret=$(aws rds describe-db-instances --db-instance-identifier "$name" --output json |
        jq -r '.DBInstances[0].MasterUserSecret.SecretArn // empty')
    [[ -z $secret ]] || parameters+=("MasterSecret=$secret")
}

# seed_api_keys: the first value of the secret, without which no task of issuance starts: no keys.
seed_api_keys() {
    local secret versions
    secret=$(output data ApiKeysSecret)
    versions=$(aws secretsmanager describe-secret --secret-id "$secret" --output json |
        jq '.VersionIdsToStages // {} | length')
    [[ $versions -gt 0 ]] ||
        aws secretsmanager put-secret-value --secret-id "$secret" --secret-string ' ' >/dev/null
}

# healthy: whether both services say so, asked as anybody would.
healthy() {
    local module answer options=(--silent --max-time 5)
    # The load balancer's own name stands in no certificate; nothing secret is sent.
    [[ -n $given_url ]] || options+=(--insecure)
    for module in issuance verification; do
        answer=$(curl "${options[@]}" "$url/$module/health") || return 1
        [[ $(jq -r .status <<<"$answer" 2>/dev/null) == healthy ]] || return 1
    done
}

# take_back REASON: deploys the services as they were before, image and parameters, and ends the
# script.
take_back() {
    say "$1"
    if [[ -n $former && $former != "$(settings services)" ]]; then
        say "Going back to $(sed -n 's/^Image=//p' <<<"$former")"
        mapfile -t parameters <<<"$former"
        deploy services || say "That failed too."
    else
        say "There is nothing to go back to."
    fi
    say "What the services say: aws ecs describe-services --cluster $name --region $region" \
        "--services issuance verification --query 'services[].events[:5].message'"
    say "What the program says: aws logs tail /$name/issuance --since 1h --region $region"
    exit 1
}

need curl
use_account
check_parameters
parameters=("Name=$name")
mapfile -t -O 1 parameters < <(jq -r 'to_entries[] | "\(.key)=\(.value)"' "$file")

if $dry_run; then
    push=(scripts/push_image.sh "--name=$name" "--region=$region" --dry-run --allow-dirty)
    [[ -n $image ]] || image=$("${push[@]}")
    printf '%s\n' "Would deploy $image with:" "${parameters[@]/#/    }"
    for stack in network data cluster load-balancer services monitoring; do
        aws cloudformation validate-template --template-body "file://aws/$stack.yaml" >/dev/null
        echo "Would make or update the stack $name-$stack (now: $(stack_status "$stack"))"
        [[ $stack != cluster ]] || echo "Would run the migrate task and wait for its exit code"
    done
    exit
fi

former= # of services that ran once: only such a stack has outputs
[[ -z $(outputs services) ]] || former=$(settings services)
deploy network
deploy data
use_master_secret
seed_api_keys
[[ -n $image ]] || image=$(scripts/push_image.sh "--name=$name" "--region=$region" | tail -n 1)
parameters+=("Image=$image")
deploy cluster
run_migration || die "the services were left as they are"
deploy load-balancer
deploy services || take_back "The services could not be deployed."
wait_until_stable || take_back "The services did not become stable."

given_url=$url
url=${url:-$(output load-balancer Url)}
say "Asking $url/issuance/health and $url/verification/health"
deadline=$((SECONDS + patience))
until healthy; do
    [[ $SECONDS -lt $deadline ]] || take_back "Not healthy after $patience s."
    sleep "$pause"
done

deploy monitoring || die "the services are healthy, but not their alarms: run this again"
warning=$(outputs load-balancer | sed -n 's/^Warning=//p')
[[ -z $warning ]] || say "Warning: $warning"
say "kube-credential is healthy. The first API key: scripts/rotate_secrets.sh api-key NAME"
echo "$url"
