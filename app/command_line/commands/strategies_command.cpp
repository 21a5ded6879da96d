#include "app/command_line/command.h"
#include "app/command_line/pipeline_arguments.h"
#include "app/plugin_host.h"
#include "core/base/json.h"
#include "core/strategy/strategy.h"

namespace paretoscope::commands {

namespace {

Json parametersJson(const std::vector<Parameter>& parameters)
{
    Json list = Json::array();
    for (const Parameter& parameter : parameters) list.push_back(toJson(parameter));
    return list;
}

Json strategyJson(const Strategy& strategy)
{
    const StrategyInfo& info = strategy.info();
    return {{"id", info.id},           {"family", info.family}, {"name", info.name},
            {"summary", info.summary}, {"paper", info.paper},   {"needs", info.needs},
            {"parameters", parametersJson(strategy.parameters())}};
}

void print(const Strategy& strategy, Console& console)
{
    const StrategyInfo& info = strategy.info();
    console.print("{}: {}", info.id, info.name);
    console.print("  {}", info.summary);
    console.print("  {}", info.paper);
    for (const std::string& need : info.needs) console.print("  needs {}", need);
    for (const Parameter& parameter : strategy.parameters()) {
        const Json json = toJson(parameter);
        std::string range;
        if (json.contains("choices")) range = ", one of " + json["choices"].dump();
        else if (json.contains("min") && json.contains("max"))
            range = ", " + json["min"].dump() + " to " + json["max"].dump();
        console.print("    {} = {}{}{}  {}", parameter.name, json["default"].dump(),
                      parameter.unit.empty() ? "" : " " + parameter.unit, range, parameter.help);
    }
}

// Where the strategies come from, and why a plugin brings none.
Json pluginsJson()
{
    Json list = Json::array();
    for (const PluginRecord& plugin : PluginHost::instance().plugins()) list.push_back(toJson(plugin));
    return list;
}

int run(const Arguments&, Console& console)
{
    Json list = Json::array();
    for (const auto& strategy : StrategyRegistry::instance().all()) {
        list.push_back(strategyJson(*strategy));
        if (!console.wantsJson()) print(*strategy, console);
    }
    if (list.empty()) console.note("no strategies: no plugin was found (PARETOSCOPE_PLUGIN_PATH may name a folder)");
    if (console.wantsJson()) console.json({{"strategies", std::move(list)}, {"plugins", pluginsJson()}});
    return 0;
}

} // namespace

const Command& strategiesCommand()
{
    static const Command row{
        "strategies", "List every strategy with its settings.", {}, {options::json()}, run};
    return row;
}

} // namespace paretoscope::commands
