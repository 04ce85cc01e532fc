#!/usr/bin/env bash
# Changes a secret of kube-credential on AWS, and restarts the services that have to learn of it,
# one task after the other.
#   scripts/rotate_secrets.sh database issuance|verification   a new password of its database user
#   scripts/rotate_secrets.sh database master                  of its master user, now and not weekly
#   scripts/rotate_secrets.sh api-key NAME [--scopes=issue]    a new API key, in the place of NAME's
#   scripts/rotate_secrets.sh remove-api-key NAME              no key for NAME any more
#   scripts/rotate_secrets.sh health-token                     what opens details and metrics
#   scripts/rotate_secrets.sh cross-check-key                  with which verification asks issuance
# Each takes --name=kube-credential, --region=REGION and --patience=1800. An API key is printed
# once, as all of the standard output; only its digest is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/aws-common.sh
source scripts/aws-common.sh

known_scopes=issue,verify,admin # as kube-credential --help lists them
scopes=issue
words=()
for argument in "$@"; do
    case $argument in
        --name=*) name=${argument#*=} ;;
        --region=*) region=${argument#*=} ;;
        --patience=*) patience=${argument#*=} ;;
        --scopes=*) scopes=${argument#*=} ;;
        -*) usage ;;
        *) words+=("$argument") ;;
    esac
done

# Secrets go through files that only their owner may read, never through a command line, which
# everyone on the machine may.
umask 077
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# get KEY: the value of the secret that the data stack names KEY.
get() {
    aws secretsmanager get-secret-value --secret-id "$(output data "$1")" --output json |
        jq -j .SecretString
}

# put KEY: gives that secret the value in $directory/value.
put() {
    aws secretsmanager put-secret-value --secret-id "$(output data "$1")" \
        --secret-string "file://$directory/value" >/dev/null
}

# random: 32 random bytes as text.
random() {
    head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'
}

# renew_password KEY: the value of the secret as $directory/old, and with a new password as
# $directory/value.
renew_password() {
    get "$1" >"$directory/old"
    random >"$directory/password"
    jq --rawfile password "$directory/password" '.password = $password' "$directory/old" \
        >"$directory/value"
}

rotate_database() {
    local secret=${1^}DatabaseSecret
    renew_password "$secret"
    put "$secret"
    run_migration || {
        cp "$directory/old" "$directory/value"
        put "$secret"
        die "the secret has its former value again"
    }
    # Until it is restarted, a task goes on with the connections that it has.
    restart "$1"
}

# Without a replica, RDS keeps this password itself. Nothing is restarted: no service uses it.
rotate_master() {
    local database managed
    database=$(output data DatabaseInstance)
    managed=$(aws rds describe-db-instances --db-instance-identifier "$database" --output json |
        jq '.DBInstances[0] | has("MasterUserSecret")')
    if $managed; then
        aws rds modify-db-instance --db-instance-identifier "$database" --apply-immediately \
            --rotate-master-user-password >/dev/null
        return
    fi
    renew_password MasterSecret
    jq --arg database "$database" '{DBInstanceIdentifier: $database, ApplyImmediately: true,
        MasterUserPassword: .password}' "$directory/value" >"$directory/change"
    aws rds modify-db-instance --cli-input-json "file://$directory/change" >/dev/null
    put MasterSecret
}

# read_entries NAME: the API keys as they are kept, one NAME:SCOPES:DIGEST a line, into
# $directory/entries, and those of all but NAME into $directory/value.
read_entries() {
    get ApiKeysSecret >"$directory/old"
    tr -s ', \t\n' '\n' <"$directory/old" | awk 'NF' >"$directory/entries"
    awk -F: -v name="$1" '$1 != name' "$directory/entries" >"$directory/value"
}

put_keys() {
    # A secret is never empty: one that is blank holds no keys.
    [[ -s $directory/value ]] || echo >"$directory/value"
    put ApiKeysSecret
}

rotate_api_key() {
    local key digest
    [[ $1 =~ ^[A-Za-z0-9._-]{1,64}$ ]] || die "a name is 1 to 64 letters, digits, or . _ -"
    [[ $scopes =~ ^(${known_scopes//,/|})(,(${known_scopes//,/|}))*$ ]] ||
        die "scopes are ${known_scopes//,/, }, with commas between them"
    key=kc_$(random)
    digest=$(printf %s "$key" | sha256sum)
    read_entries "$1"
    echo "$1:${scopes//,/+}:${digest%% *}" >>"$directory/value"
    put_keys
    say "The key of $1, shown only now:"
    echo "$key"
    restart issuance
}

remove_api_key() {
    read_entries "$1"
    ! cmp -s "$directory/entries" "$directory/value" || die "$1 has no key"
    put_keys
    restart issuance
}

rotate_token() {
    random >"$directory/value"
    put "$1"
    restart issuance verification
}

command=${words[*]}
[[ -n $command ]] || usage
use_account
case $command in
    "database issuance" | "database verification") rotate_database "${words[1]}" ;;
    "database master") rotate_master ;;
    api-key\ *) rotate_api_key "${command#* }" ;;
    remove-api-key\ *) remove_api_key "${command#* }" ;;
    health-token) rotate_token HealthTokenSecret ;;
    cross-check-key) rotate_token CrossCheckKeySecret ;;
    *) usage ;;
esac
