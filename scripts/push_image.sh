#!/usr/bin/env bash
# Builds the image of this revision with docker, podman or buildah, the first of them that works,
# and pushes it to the ECR repository that deploy.sh made. Its last line is the image's URI. An
# image that is there already stays as it is.
#   scripts/push_image.sh [--name=kube-credential] [--region=REGION] [--allow-dirty] [--dry-run]
# --allow-dirty pushes what is not committed too, under a tag of its own. --dry-run only says what
# would be done.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/aws-common.sh
source scripts/aws-common.sh

allow_dirty=false
dry_run=false
for argument in "$@"; do
    case $argument in
        --name=*) name=${argument#*=} ;;
        --region=*) region=${argument#*=} ;;
        --allow-dirty) allow_dirty=true ;;
        --dry-run) dry_run=true ;;
        *) usage ;;
    esac
done

need git curl
revision=$(git rev-parse HEAD)
tag=${revision:0:12}
if [[ -n $(git status --porcelain) ]]; then
    $allow_dirty || die "there are changes that are not committed; commit them, or --allow-dirty"
    tag+=-dirty-$(date -u +%Y%m%d%H%M%S)
fi
use_account

if $dry_run; then
    image=$(outputs data | sed -n 's/^RepositoryUri=//p')
    image=${image:-ACCOUNT.dkr.ecr.$region.amazonaws.com/$name}:$tag
    say "Would build and push, unless it is there:"
    echo "$image"
    exit
fi

image=$(output data RepositoryUri):$tag
if aws ecr describe-images --repository-name "$name" --image-ids "imageTag=$tag" \
    >/dev/null 2>&1; then
    say "There already:"
    echo "$image"
    exit
fi

for engine in docker podman buildah none; do
    "$engine" info >/dev/null 2>&1 && break
done
[[ $engine != none ]] || die "neither docker nor podman nor buildah works on this machine"

# The certificates by which the program knows RDS go into the image, no older than a month.
bundle=aws/certificates/rds.pem
if [[ -z $(find "$bundle" -mtime -30 2>/dev/null) ]]; then
    say "Fetching the certificates of RDS"
    curl --fail --silent --show-error --location --proto '=https' --output "$bundle.part" \
        https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
    grep -q 'BEGIN CERTIFICATE' "$bundle.part" || die "no certificates in $bundle.part"
    chmod 644 "$bundle.part" # whoever builds: the program reads it as a user of its own
    mv "$bundle.part" "$bundle"
fi

say "Building $image with $engine"
"$engine" build --platform linux/amd64 --tag "$image" \
    --label "org.opencontainers.image.revision=$revision" . >&2
aws ecr get-login-password |
    "$engine" login --username AWS --password-stdin "${image%%/*}" >&2
"$engine" push "$image" >&2
echo "$image"
