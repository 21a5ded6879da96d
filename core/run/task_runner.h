// The tasks of one run, one after another or, in a race, all their items in one shuffled order. Only for core/run/*.cpp.
#pragma once

#include "core/base/content_cache.h"
#include "core/evaluation/task.h"
#include "core/run/run_executor.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

// A task with its settings and text, ready to run.
struct PreparedTask {
    const Task* task;
    Settings settings;
    std::string text;
    std::string textName;
};

struct TaskRunner {
    const Pipeline& pipeline;
    const Pipeline& reference;
    std::shared_ptr<const Backend> backend;
    const ContentCache& cache;
    JobContext& job;
    const RunRequest& request;
    const RaceNews& news;

    // Progress goes from `from` to 1.
    void run(const std::vector<PreparedTask>& tasks, double from, Evidence& evidence) const;

private:
    TaskInput inputOf(const PreparedTask& task) const;
    bool races() const;
    void raceItems(const std::vector<const PreparedTask*>& tasks, Evidence& evidence) const;
};

} // namespace paretoscope
