#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/command_line/run_selection.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/report/harness_export.h"

namespace paretoscope::commands {

namespace {

int run(const Arguments& arguments, Console& console)
{
    const std::filesystem::path folder = newOutput(arguments);
    const auto store = openStore(arguments);
    RunQuery query = runQuery(*store, arguments);
    query.states = {RunState::Done};
    Json files = Json::array();
    for (const Run& listed : store->runs(query)) {
        if (listed.foreign()) continue; // theirs already
        const std::filesystem::path own = folder / fmt::format("run-{}", listed.id);
        std::filesystem::create_directories(own);
        for (const NamedText& file : harnessFiles(store->run(listed.id))) {
            writeFileAtomically(own / file.name, file.text);
            files.push_back((own / file.name).string());
        }
    }
    if (files.empty()) fail(ErrorCode::NotFound, "there are no finished runs to export");
    console.print("'{}': {} files", folder.string(), files.size());
    if (console.wantsJson()) console.json({{"output", folder.string()}, {"files", files}});
    return 0;
}

} // namespace

const Command& exportHarnessCommand()
{
    static const Command row{
        "export harness",
        "Write finished runs in the form of lm-evaluation-harness, a folder a run.",
        {},
        {options::store(),
         options::experiment(),
         {"output", "DIR", "The folder to make."},
         options::json()},
        run};
    return row;
}

} // namespace paretoscope::commands
