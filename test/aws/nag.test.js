// The rules of cdk-nag's AwsSolutions: no finding but those that a template explains itself, in the
// metadata of the resource, and no explanation that nothing needs.
"use strict";
const test = require("node:test");
const assert = require("node:assert");
const { CfnResource } = require("aws-cdk-lib");
const { AwsSolutionsChecks } = require("cdk-nag");
const { names, stack } = require("./stacks");

/** "RULE on RESOURCE" of each suppression that stands in the template with a reason. */
function explained(subject) {
    return subject.node
        .findAll()
        .filter((node) => CfnResource.isCfnResource(node))
        .flatMap((node) =>
            (node.getMetadata("cdk_nag")?.rules_to_suppress ?? [])
                .filter((rule) => rule.reason.length > 20)
                .map((rule) => `${rule.id} on ${node.node.path}`),
        );
}

/** "RULE on RESOURCE" of each finding. What a rule found there, which it may add in brackets, is
 * left out. */
function found(subject) {
    const findings = new AwsSolutionsChecks(subject).validateScope(subject).violations.flatMap(
        ({ ruleName, violatingResources }) =>
            violatingResources.map(
                ({ constructPath }) => `${ruleName.replace(/\[.*/, "")} on ${constructPath}`,
            ),
    );
    return [...new Set(findings)];
}

for (const name of names)
    test(`${name} has no finding but those it explains`, () => {
        const subject = stack(name);
        assert.deepStrictEqual(found(subject).sort(), explained(subject).sort());
    });
