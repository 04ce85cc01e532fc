// The templates as CDK sees them. Run with NODE_PATH naming the folder of the installed packages.
"use strict";
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { App, Stack, Validations } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");

const folder = path.join(__dirname, "..", "..", "aws");
const outputs = fs.mkdtempSync(path.join(os.tmpdir(), "kube-credential-"));
process.on("exit", () => fs.rmSync(outputs, { recursive: true }));

/** Names of all templates, such as network. */
exports.names = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => path.basename(file, ".yaml"));

/** The template of this name as the one stack of an app. */
exports.stack = (name) => {
    const stack = new Stack(new App({ outdir: path.join(outputs, name) }), name);
    // CDK's own check of templates takes the ARN of a secret for a secret, and does not see that
    // the output that names the replica does so where there is one.
    for (const rule of ["W2509", "W1001"])
        Validations.of(stack).acknowledge({
            id: `CloudFormation-Validate::${rule}`,
            reason: "taken for what it is not",
        });
    new CfnInclude(stack, "template", { templateFile: path.join(folder, `${name}.yaml`) });
    return stack;
};
