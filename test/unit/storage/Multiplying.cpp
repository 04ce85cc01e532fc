#include "Multiplying.h"

#include "FakeSession.h"

#include <algorithm>
#include <cstdint>

namespace kubecred::test {
namespace {

using Jobs = std::vector<Multiplying::Job*>;

Jobs openOf(std::vector<Multiplying::Job>& jobs) {
    Jobs open;
    for (auto& job : jobs) {
        job.alone = job.alone || (jobs.size() > 1 && job.question >= Multiplying::firstLarge);
        if (!job.answered() && (!job.alone || jobs.size() == 1))
            open.push_back(&job);
    }
    return open;
}

void answer(Jobs& open, const storage::Rows& rows) {
    std::erase_if(open, [&](Multiplying::Job* job) {
        for (std::size_t row = 0; row < rows.count() && !job->answered(); ++row)
            if (rows.integer(row, 0) == job->question)
                job->answer(static_cast<int>(rows.integer(row, 1)));
        return job->answered();
    });
}

} // namespace

Deferred<storage::Done> Multiplying::perform(storage::Lease& lease, std::vector<Job>& jobs) {
    Jobs open = openOf(jobs);
    while (!open.empty()) {
        storage::Parameters parameters;
        parameters.addColumn(
            open, [](const Job* job) { return storage::Value(std::int64_t{job->question}); });
        const auto rows = co_await lease.run(multiply, parameters);
        answer(open, *rows);
    }
    co_return storage::Done{};
}

} // namespace kubecred::test

namespace kubecred::storage {
template class Batcher<test::Multiplying>;
}
