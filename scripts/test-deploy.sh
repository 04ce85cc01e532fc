#!/usr/bin/env bash
# Proves the deployment without an account: cfn-lint and cdk-nag over the templates, assertions on
# them, the scripts against a mock of AWS whose migrate task really runs over a local PostgreSQL, the
# whole topology on loopback, and the image. As root; a quarter of an hour.
#   scripts/test-deploy.sh [--allow-missing]
# A proof whose tools are missing fails, or with --allow-missing is left out. The tools, beside
# Debian's packages: aws, cfn-lint and moto (Python packages: pip install awscli cfn-lint
# 'moto[all,server]').
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-packages.sh build test deploy
export PYTHONDONTWRITEBYTECODE=1
allow_missing=false
case ${1:-} in
    "") ;;
    --allow-missing) allow_missing=true ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
        exit 64
        ;;
esac

failed=()
left_out=()

# prove NAME TOOLS COMMAND...: runs the command where all the tools are there. A tool that begins
# with "python:" is a module of Python.
prove() {
    local name=$1 tools=$2 tool missing=()
    shift 2
    for tool in $tools; do
        if [[ $tool == python:* ]]; then
            python3 -c "import ${tool#*:}" 2>/dev/null || missing+=("${tool#*:}")
        else
            command -v "$tool" >/dev/null || missing+=("$tool")
        fi
    done
    echo "--- $name"
    if [[ ${#missing[@]} -gt 0 ]]; then
        echo "missing: ${missing[*]}"
        left_out+=("$name (${missing[*]})")
    elif ! "$@"; then
        failed+=("$name")
    fi
}

lint_templates() {
    cfn-lint --regions us-east-1 eu-central-1 ap-southeast-2 -- aws/*.yaml
}

# What cdk-nag and the assertions need is installed into build/aws, once for each package.json.
check_templates() {
    local folder=build/aws
    if ! cmp -s test/aws/package.json "$folder/package.json"; then
        mkdir -p "$folder"
        cp test/aws/package.json "$folder"
        npm install --prefix "$folder" --no-audit --no-fund --loglevel=error || {
            rm "$folder/package.json"
            return 1
        }
    fi
    NODE_PATH=$PWD/$folder/node_modules node --test test/aws/*.test.js
}

deploy_to_mock() {
    scripts/build.sh release kube-credential issuance verification || return
    # One after the other, each on what the one before has left.
    (cd test/aws && python3 -m unittest --failfast --verbose \
        test_metric_filters test_deploy test_push_image test_rotation)
}

run_topology() {
    scripts/build.sh release deployment-tests && build/release/bin/deployment-tests
}

prove "cfn-lint" "cfn-lint" lint_templates
prove "cdk-nag and assertions" "node npm" check_templates
prove "deployment to a mock of AWS" \
    "aws jq curl git openssl psql python3 python:boto3 python:moto python:flask python:yaml" \
    deploy_to_mock
prove "topology on loopback" "haproxy wrk curl openssl" run_topology
prove "image" "" scripts/test-image.sh

echo
[[ ${#left_out[@]} -eq 0 ]] || printf 'left out: %s\n' "${left_out[@]}"
[[ ${#failed[@]} -eq 0 ]] || printf 'FAILED: %s\n' "${failed[@]}"
[[ ${#failed[@]} -eq 0 ]] || exit 1
[[ ${#left_out[@]} -eq 0 ]] || $allow_missing || exit 1
echo "What was tried holds."
