#!/usr/bin/env bash
# Removes kube-credential from AWS: services, monitoring, cluster, and with --delete-data also the
# database, the secrets, the images and the access logs, and then the network. Asks first.
#   scripts/destroy.sh [--name=kube-credential] [--region=REGION] [--delete-data] [--yes]
# Of a database, a final snapshot stays. --yes does not ask.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/aws-common.sh
source scripts/aws-common.sh

delete_data=false
yes=false
for argument in "$@"; do
    case $argument in
        --name=*) name=${argument#*=} ;;
        --region=*) region=${argument#*=} ;;
        --delete-data) delete_data=true ;;
        --yes) yes=true ;;
        *) usage ;;
    esac
done

use_account
if ! $yes; then
    what="the services, not their data"
    ! $delete_data || what="the services and ALL THEIR DATA"
    read -r -p "This removes $name in $region: $what. Type its name to go on: " typed
    [[ $typed == "$name" ]] || die "nothing was removed"
fi

for stack in monitoring services load-balancer cluster; do
    delete_stack "$stack"
done
[[ -n $(stack_status data) ]] || {
    delete_stack network
    exit
}
$delete_data || {
    say "The data and the network stay. To remove them too: $0 --name=$name --delete-data"
    exit
}

unprotect_database
# CloudFormation removes no bucket that holds anything. The load balancer's last log may come late;
# then run this again.
bucket=$(outputs data | sed -n 's/^AccessLogBucket=//p')
[[ -z $bucket ]] || aws s3 rm --recursive --quiet "s3://$bucket"
delete_stack data
delete_stack network
