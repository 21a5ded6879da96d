// A strategy that is somebody else's program.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/formats/export/export.h"
#include "core/model/open_model.h"
#include "core/strategy/external_tool.h"

namespace paretoscope {

namespace {

// In the words of a command line.
std::string valueText(const Json& value)
{
    if (value.is_string()) return value.get<std::string>();
    return value.dump();
}

// One of its own for every step of a stack. It stays until the run ends: the result is mapped from it.
std::filesystem::path newFolder(const std::filesystem::path& parent)
{
    for (int i = 1;; ++i) {
        const std::filesystem::path folder = parent / fmt::format("external-{}", i);
        std::error_code error;
        if (std::filesystem::create_directory(folder, error)) return folder;
        if (error) failErrno(error.value(), fmt::format("cannot make '{}'", folder.string()));
    }
}

// What comes back must still answer the same prompts.
void requireSameLanguage(const ExternalTool& tool, const Model& before, const Model& after)
{
    if (after.config.vocabulary != before.config.vocabulary)
        fail(ErrorCode::BadFile, "{}: the tool's model has {} tokens, the one it was given {}", tool.fullId(),
             after.config.vocabulary, before.config.vocabulary);
}

class ExternalStrategy final : public Strategy {
public:
    explicit ExternalStrategy(ExternalTool tool)
        : tool_(std::move(tool)), info_{tool_.fullId(), "external", tool_.name, tool_.summary, tool_.paper, {}}
    {
        if (tool_.uses("calibration")) info_.needs.push_back("calibration");
    }

    const StrategyInfo& info() const override { return info_; }
    const std::vector<Parameter>& parameters() const override { return tool_.parameters; }

    Pipeline apply(const Pipeline& pipeline, const Settings& settings, Workbench& workbench) const override
    {
        const std::filesystem::path folder = newFolder(workbench.scratchFolder);
        Pipeline result = pipeline;
        std::map<std::string, std::string> values{{"seed", std::to_string(workbench.seed)}};
        if (tool_.uses("calibration")) values["calibration"] = calibrationFile(workbench, folder);
        for (const Parameter& parameter : tool_.parameters) values[parameter.name] = valueText(settings.json()[parameter.name]);
        workbench.job->report(0, "writing the model for " + tool_.name);
        values["input"] = writeForTool(tool_, *pipeline.model, folder, result.notes).string();
        const std::filesystem::path output = folder / tool_.outputName;
        values["output"] = output.string();
        runTool(tool_, values, folder, *workbench.job);
        std::error_code ignored; // only room on the disk is lost
        std::filesystem::remove_all(values["input"], ignored);
        result.model = opened(output, *pipeline.model);
        result.notes.push_back(fmt::format("{} was made by '{}', whose speed and memory are its own", info_.id, tool_.command[0]));
        return result;
    }

private:
    std::string calibrationFile(const Workbench& workbench, const std::filesystem::path& folder) const
    {
        if (workbench.calibrationText.empty()) fail(ErrorCode::BadUsage, "{} needs a calibration text", info_.id);
        const std::filesystem::path file = folder / "calibration.txt";
        writeFileAtomically(file, workbench.calibrationText);
        return file.string();
    }

    ModelPtr opened(const std::filesystem::path& output, const Model& before) const
    {
        std::error_code error;
        if (!std::filesystem::exists(output, error))
            fail(ErrorCode::BadFile, "{}: the tool ended well but wrote no '{}'", info_.id, tool_.outputName);
        const ModelPtr model = openModel(output.string());
        requireSameLanguage(tool_, before, *model);
        auto result = std::make_shared<Model>(*model);
        result->name = before.name;
        if (!result->tokenizer) result->tokenizer = before.tokenizer;
        return result;
    }

    ExternalTool tool_;
    StrategyInfo info_;
};

} // namespace

std::filesystem::path writeForTool(const ExternalTool& tool, const Model& model, const std::filesystem::path& folder,
                                   std::vector<std::string>& notes)
{
    if (tool.modelFormat == "paretoscope") {
        const std::filesystem::path path = folder / "input";
        writeModelFolder(model, Json{{"tool", tool.fullId()}}, path);
        return path;
    }
    const ExportFormat& format = exportFormat(tool.modelFormat);
    const std::filesystem::path path = folder / (format.isFolder ? "input" : "input." + format.id);
    // Formats read what was not changed from where it lies.
    const ModelPtr original = openModel(model.source.string());
    format.write({*original, model, path, false, notes});
    return path;
}

std::unique_ptr<const Strategy> makeExternalStrategy(ExternalTool tool)
{
    return std::make_unique<ExternalStrategy>(std::move(tool));
}

} // namespace paretoscope
