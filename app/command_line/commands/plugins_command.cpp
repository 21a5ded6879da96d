#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/plugin_host.h"
#include "core/base/json.h"

namespace paretoscope::commands {

namespace {

int run(const Arguments&, Console& console)
{
    Json list = Json::array();
    for (const PluginRecord& plugin : PluginHost::instance().plugins()) {
        list.push_back(toJson(plugin));
        console.print("{:<8} {:<16} {} ({} strategies) {}", pluginStateName(plugin.state), plugin.family, plugin.title,
                      plugin.strategies.size(), plugin.file.string());
        if (!plugin.reason.empty()) console.print("         {}", plugin.reason);
        for (const std::string& id : plugin.strategies) console.print("           {}", id);
    }
    if (list.empty()) console.note("no plugin was found (PARETOSCOPE_PLUGIN_PATH may name a folder)");
    if (console.wantsJson()) console.json({{"plugins", std::move(list)}});
    return 0;
}

} // namespace

const Command& pluginsCommand()
{
    static const Command row{
        "plugins", "List plugins and external tools, what they bring, and why one was not loaded.", {}, {options::json()}, run};
    return row;
}

} // namespace paretoscope::commands
