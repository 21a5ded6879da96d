#include "app/plugin_host.h"

#include "app/program.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/evaluation/external_metric.h"
#include "core/strategy/external_tool.h"
#include "plugins/api/plugin_interface.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>
#include <QLibrary>
#include <QPluginLoader>

#include <algorithm>
#include <cstdlib>
#include <exception>

namespace paretoscope {

namespace {

std::string textOf(const QJsonObject& object, const char* field)
{
    return object.value(QLatin1String(field)).toString().toStdString();
}

PluginRecord describe(const QJsonObject& metadata, const std::filesystem::path& file)
{
    const QJsonObject own = metadata.value(QLatin1String("MetaData")).toObject();
    PluginRecord record;
    record.file = file;
    record.family = textOf(own, "family");
    record.title = textOf(own, "title");
    record.version = textOf(own, "version");
    for (const QJsonValue& id : own.value(QLatin1String("strategies")).toArray())
        record.strategies.push_back(id.toString().toStdString());
    return record;
}

PluginRecord ended(PluginRecord record, PluginRecord::State state, std::string reason)
{
    record.state = state;
    record.reason = std::move(reason);
    return record;
}

} // namespace

Json toJson(const PluginRecord& record)
{
    return {{"file", record.file.string()}, {"family", record.family},         {"title", record.title},
            {"version", record.version},    {"strategies", record.strategies}, {"state", pluginStateName(record.state)},
            {"reason", record.reason}};
}

const char* pluginStateName(PluginRecord::State state)
{
    switch (state) {
    case PluginRecord::State::Found: return "found";
    case PluginRecord::State::Loaded: return "loaded";
    case PluginRecord::State::Refused: return "refused";
    case PluginRecord::State::Broken: return "broken";
    }
    return "broken";
}

std::string pluginRefusal(const QJsonObject& metadata)
{
    if (metadata.isEmpty()) return "this file is not a plugin: it carries no plugin metadata";
    const std::string interface = textOf(metadata, "IID");
    if (interface != PARETOSCOPE_PLUGIN_IID)
        return fmt::format("it implements '{}', this program loads '{}'", interface,
                           PARETOSCOPE_PLUGIN_IID);
    const QJsonObject own = metadata.value(QLatin1String("MetaData")).toObject();
    const int api = own.value(QLatin1String("api")).toInt(-1);
    if (api != PARETOSCOPE_PLUGIN_API)
        return fmt::format("it was built for plugin API {}, this program has API {}", api,
                           PARETOSCOPE_PLUGIN_API);
    if (textOf(own, "version") != version())
        return fmt::format("it belongs to version {}, this program is version {}",
                           textOf(own, "version"), version());
    if (textOf(own, "build") != PARETOSCOPE_BUILD_KIND)
        return fmt::format("it was built with {}, this program with {}", textOf(own, "build"),
                           PARETOSCOPE_BUILD_KIND);
    if (textOf(own, "family").empty()) return "its metadata names no family";
    return {};
}

std::vector<std::filesystem::path> pluginFolders()
{
    std::vector<std::filesystem::path> wanted;
    if (const char* given = std::getenv("PARETOSCOPE_PLUGIN_PATH"))
        for (const std::string& folder : splitText(given, ':'))
            if (!folder.empty()) wanted.emplace_back(folder);
    const std::filesystem::path program(QCoreApplication::applicationDirPath().toStdString());
    wanted.push_back(program / "plugins");
    wanted.push_back(program / "../lib" / PARETOSCOPE_PLUGIN_SUBFOLDER);
    wanted.push_back(program / ".." / PARETOSCOPE_INSTALL_LIBDIR / PARETOSCOPE_PLUGIN_SUBFOLDER);

    if (const auto data = userDataFolder(); !data.empty()) wanted.push_back(data / "plugins");

    std::vector<std::filesystem::path> folders;
    for (const std::filesystem::path& folder : wanted) {
        std::error_code error;
        const std::filesystem::path real = std::filesystem::canonical(folder, error);
        if (error || !std::filesystem::is_directory(real, error)) continue;
        if (std::find(folders.begin(), folders.end(), real) == folders.end()) folders.push_back(real);
    }
    return folders;
}

PluginHost::PluginHost(StrategyRegistry& registry) : registry_(registry) {}
PluginHost::~PluginHost() = default;

PluginHost& PluginHost::instance()
{
    static PluginHost host(StrategyRegistry::instance());
    return host;
}

void PluginHost::loadFolder(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        if (QLibrary::isLibrary(QString::fromStdString(entry.path().string())))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) loadFile(file);
}

void PluginHost::loadFile(const std::filesystem::path& file)
{
    auto loader = std::make_unique<QPluginLoader>(QString::fromStdString(file.string()));
    loader->setLoadHints(QLibrary::ResolveAllSymbolsHint | QLibrary::PreventUnloadHint);
    PluginRecord record = load(*loader, file);
    if (record.state != PluginRecord::State::Loaded)
        logWarning("plugin '{}' is {}: {}", file.string(), pluginStateName(record.state), record.reason);
    records_.push_back(std::move(record));
    loaders_.push_back(std::move(loader));
}

PluginRecord PluginHost::load(QPluginLoader& loader, const std::filesystem::path& file) const
{
    const QJsonObject metadata = loader.metaData();
    PluginRecord record = describe(metadata, file);
    if (std::string reason = pluginRefusal(metadata); !reason.empty())
        return ended(std::move(record), PluginRecord::State::Refused, std::move(reason));
    if (std::string reason = conflict(record); !reason.empty())
        return ended(std::move(record), PluginRecord::State::Refused, std::move(reason));

    // errorString() is only meaningful after a failure.
    auto* plugin = qobject_cast<PluginInterface*>(loader.instance());
    if (!plugin)
        return ended(std::move(record), PluginRecord::State::Broken,
                     loader.isLoaded() ? std::string("it has no object of the plugin interface")
                                       : loader.errorString().toStdString());
    try {
        plugin->registerStrategies(registry_);
    } catch (const std::exception& error) {
        return ended(std::move(record), PluginRecord::State::Broken, error.what());
    }
    for (const std::string& id : record.strategies)
        if (!registry_.find(id))
            return ended(std::move(record), PluginRecord::State::Broken,
                         fmt::format("its metadata announces '{}', which it does not bring", id));
    record.state = PluginRecord::State::Loaded;
    return record;
}

std::string PluginHost::conflict(const PluginRecord& record) const
{
    for (const PluginRecord& other : records_)
        if (other.state == PluginRecord::State::Loaded && other.family == record.family)
            return fmt::format("family '{}' is already loaded from '{}'", record.family,
                               other.file.string());
    for (const std::string& id : record.strategies)
        if (registry_.find(id)) return fmt::format("a strategy '{}' exists already", id);
    return {};
}

const PluginRecord& PluginHost::loadExternal(const std::filesystem::path& file)
{
    PluginRecord record = describeExternal(file);
    if (record.state != PluginRecord::State::Loaded)
        logWarning("external tool '{}' is {}: {}", file.string(), pluginStateName(record.state), record.reason);
    records_.push_back(std::move(record));
    return records_.back();
}

PluginRecord PluginHost::describeExternal(const std::filesystem::path& file)
{
    PluginRecord record;
    record.file = file;
    record.family = "external";
    record.title = file.stem().string();
    try {
        ExternalTool tool = readExternalTool(file);
        record.title = tool.name;
        if (tool.kind == ExternalTool::Kind::Strategy) {
            record.strategies.push_back(tool.fullId());
            if (registry_.find(tool.fullId()))
                return ended(std::move(record), PluginRecord::State::Refused,
                             fmt::format("a strategy '{}' exists already", tool.fullId()));
            registry_.add(makeExternalStrategy(std::move(tool)));
        } else {
            addExternalMetric(std::move(tool));
        }
    } catch (const Error& error) {
        return ended(std::move(record), PluginRecord::State::Refused, error.what());
    }
    record.state = PluginRecord::State::Loaded;
    return record;
}

namespace {

void loadExternalTools(PluginHost& host)
{
    if (const char* given = std::getenv("PARETOSCOPE_EXTERNAL"))
        for (const std::string& file : splitText(given, ':')) {
            if (file.empty()) continue;
            const PluginRecord& record = host.loadExternal(file);
            if (record.state != PluginRecord::State::Loaded) fail(ErrorCode::BadFile, "{}", record.reason);
        }
    const std::filesystem::path data = userDataFolder();
    if (data.empty()) return;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(data / "external", error))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) host.loadExternal(file);
}

} // namespace

void loadAllPlugins()
{
    static const bool once = [] {
        PluginHost& host = PluginHost::instance();
        for (const std::filesystem::path& folder : pluginFolders()) host.loadFolder(folder);
        loadExternalTools(host);
        return true;
    }();
    (void)once;
}

} // namespace paretoscope
