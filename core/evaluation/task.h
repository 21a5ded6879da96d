// Tasks: what is asked of a pipeline. One file a task in evaluation/tasks/, one line in
// evaluation/CMakeLists.txt.
#pragma once

#include "core/base/job_context.h"
#include "core/evaluation/evidence.h"
#include "core/pipeline/pipeline.h"
#include "core/strategy/parameter.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

class ContentCache;

struct TaskInfo {
    std::string id; // "perplexity"
    std::string name;
    std::string summary;
    std::vector<std::string> metrics; // names of what it feeds
    bool needsText = false;           // a text file must be given
};

struct TaskInput {
    const Pipeline& pipeline;
    std::shared_ptr<const Backend> backend;
    const Settings& settings;
    const std::string& text; // content of the text file; empty when none was given
    std::string textName;    // for errors
    uint64_t seed = 1;
    JobContext& job;
    // Before any compression; null where there is only one pipeline. Shares what was not touched.
    const Pipeline* reference = nullptr;
    const ContentCache* cache = nullptr; // for what runs of one model share; null = none
};

struct Task {
    TaskInfo info;
    std::vector<Parameter> parameters;
    // Adds to `evidence`. Throws Error with one sentence when the input cannot be used.
    void (*run)(const TaskInput& input, Evidence& evidence);
    bool always = false; // measured in every run, asked for or not
    // What is wrong with a text is known before any run: throws Error(BadFile). Null: any text will do.
    void (*checkText)(const std::string& text, const std::string& name) = nullptr;
};

namespace tasks {
std::span<const Task* const> all();
} // namespace tasks

const Task& taskById(const std::string& id); // Error(BadUsage) with the nearest id

} // namespace paretoscope
