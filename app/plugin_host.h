// Finds, checks and loads the plugins that bring strategies.
#pragma once

#include "core/base/json_forward.h"
#include "core/strategy/strategy.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

class QJsonObject;
class QPluginLoader;

namespace paretoscope {

// One file of a plugin folder and what became of it.
struct PluginRecord {
    enum class State {
        Found,   // metadata read and accepted, not loaded yet
        Loaded,  // its strategies are registered
        Refused, // not ours, or made for another version of this program
        Broken,  // accepted, but it could not be loaded
    };

    std::filesystem::path file;
    std::string family;
    std::string title;
    std::string version;
    std::vector<std::string> strategies; // full ids
    State state = State::Found;
    std::string reason; // one sentence when refused or broken
};

Json toJson(const PluginRecord& record);
const char* pluginStateName(PluginRecord::State state); // "loaded"

// Why a plugin with this metadata (as Qt reads it from the file) must not be loaded, in words;
// empty when it may be.
std::string pluginRefusal(const QJsonObject& metadata);

// PARETOSCOPE_PLUGIN_PATH (colon-separated), then the folders beside the executable, then the
// installed one, then the user's own; those that exist, each once.
std::vector<std::filesystem::path> pluginFolders();

// Lives until the program ends: loaded code is never unloaded. Not thread-safe; load once, at
// start, before strategies are used. A plugin that cannot be used never throws: it is listed with
// the reason.
class PluginHost {
public:
    explicit PluginHost(StrategyRegistry& registry);
    ~PluginHost();
    PluginHost(const PluginHost&) = delete;
    PluginHost& operator=(const PluginHost&) = delete;

    static PluginHost& instance(); // of StrategyRegistry::instance()

    void loadFolder(const std::filesystem::path& folder); // files in the order of their names
    void loadFile(const std::filesystem::path& file);
    // The description of an external tool: a strategy of the family "external", or a metric with its task.
    const PluginRecord& loadExternal(const std::filesystem::path& file);
    const std::vector<PluginRecord>& plugins() const { return records_; }

private:
    PluginRecord describeExternal(const std::filesystem::path& file);
    PluginRecord load(QPluginLoader& loader, const std::filesystem::path& file) const;
    std::string conflict(const PluginRecord& record) const;

    StrategyRegistry& registry_;
    std::vector<PluginRecord> records_;
    std::vector<std::unique_ptr<QPluginLoader>> loaders_;
};

// Loads every plugin of pluginFolders() and every external tool into the instance; later calls do nothing.
// Tools are those of PARETOSCOPE_EXTERNAL (files, colon-separated), which must be usable: Error(BadFile); then
// those of the folder paretoscope/external in the user's data folder, which may be refused like plugins.
void loadAllPlugins();

} // namespace paretoscope
