#pragma once

#include <string>
#include <string_view>

namespace kubecred::host {

/// Who this process is, where the configuration does not say: the ECS task id from the task
/// metadata endpoint at `metadataUri` (asked for at most a second), else the host name.
std::string findWorkerId(const std::string& metadataUri);

/// The task id at the end of a task's ARN, such as
/// `arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123abcd`; empty where it is none.
std::string taskIdOf(std::string_view taskArn);

} // namespace kubecred::host
