#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "core/base/json.h"
#include "core/evaluation/task.h"

namespace paretoscope::commands {

namespace {

int run(const Arguments&, Console& console)
{
    Json list = Json::array();
    for (const Task* task : tasks::all()) {
        Json parameters = Json::array();
        for (const Parameter& parameter : task->parameters) parameters.push_back(toJson(parameter));
        list.push_back({{"id", task->info.id},
                        {"name", task->info.name},
                        {"summary", task->info.summary},
                        {"metrics", task->info.metrics},
                        {"needs_text", task->info.needsText},
                        {"always", task->always},
                        {"parameters", parameters}});
        console.print("{}: {}{}{}", task->info.id, task->info.summary, task->info.needsText ? " Needs a text." : "",
                      task->always ? " Done in every run." : "");
        for (const Json& parameter : parameters)
            console.print("    {} = {}  {}", parameter["name"].get<std::string>(), parameter["default"].dump(),
                          parameter["help"].get<std::string>());
    }
    if (console.wantsJson()) console.json({{"tasks", std::move(list)}});
    return 0;
}

} // namespace

const Command& tasksCommand()
{
    static const Command row{
        "tasks", "List what can be asked of a model.", {}, {options::json()}, run};
    return row;
}

} // namespace paretoscope::commands
