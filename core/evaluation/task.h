// Tasks: what is asked of a pipeline. One file a task in evaluation/tasks/, one line in
// evaluation/CMakeLists.txt.
#pragma once

#include "core/base/job_context.h"
#include "core/evaluation/evidence.h"
#include "core/pipeline/pipeline.h"
#include "core/strategy/parameter.h"

#include <functional>
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

// The items of a task one by one, for tasks whose items do not depend on each other: whatever the order they are
// visited in, an item's evidence is the same. Valid while the input that it was planned from is.
struct ItemPlan {
    std::vector<std::string> stages; // of each item, what is being done, for a person
    std::function<void(size_t item, Evidence& evidence)> visit; // adds the evidence of that item alone
    std::function<void(Evidence& evidence)> finish; // after all were visited: notes; may be empty
};

struct Task {
    TaskInfo info;
    std::vector<Parameter> parameters;
    // Adds to `evidence`. Throws Error with one sentence when the input cannot be used.
    std::function<void(const TaskInput& input, Evidence& evidence)> run;
    bool always = false; // measured in every run, asked for or not
    // What is wrong with a text is known before any run: throws Error(BadFile). Null: any text will do.
    void (*checkText)(const std::string& text, const std::string& name) = nullptr;
    // Null for tasks that are one piece; where there is one, `run` visits all items in their order.
    ItemPlan (*plan)(const TaskInput& input) = nullptr;
};

// A task whose `run` visits all items of its plan.
Task plannedTask(TaskInfo info, std::vector<Parameter> parameters, ItemPlan (*plan)(const TaskInput& input),
                 void (*checkText)(const std::string& text, const std::string& name) = nullptr);

// Visits all items of a plan in their order, with progress.
void visitAll(const ItemPlan& plan, JobContext& job, Evidence& evidence);
// Adds the answers, choices and notes of one item's evidence, as `ItemPlan::visit` leaves them, behind those there.
void appendItems(Evidence& evidence, Evidence&& item);

namespace tasks {
std::span<const Task* const> all();
// At start, before any other thread; the task lives as long as the program.
void add(const Task& task);
} // namespace tasks

const Task& taskById(const std::string& id); // Error(BadUsage) with the nearest id

} // namespace paretoscope
