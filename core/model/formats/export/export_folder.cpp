#include "core/model/formats/export/export_folder.h"

#include "core/base/file.h"
#include "core/model/formats/model_folder.h"
#include "core/model/formats/partial_folder.h"

namespace paretoscope {

void writeExportFolder(const ExportInput& input, const ExportParts& parts, const Json& config,
                       const std::function<void(const std::string&, const LinearWeight&, SafetensorsWriter&)>& addMap)
{
    constexpr std::string_view suffix = ".weight";
    PartialFolder partial(input.output);
    SafetensorsWriter weights;
    weights.setMetadata("format", "pt");
    for (const std::string& name : parts.checkpoint.names()) {
        const auto map = name.ends_with(suffix) ? parts.maps.find(name.substr(0, name.size() - suffix.size())) : parts.maps.end();
        if (map == parts.maps.end()) weights.add(name, parts.plain(name));
        else addMap(map->first, *map->second, weights);
    }
    writeFileAtomically(partial.path() / "model.safetensors", [&](Sink& sink) { weights.write(sink); });
    copyTokenizerFiles(parts.folder, partial.path());
    writeFileAtomically(partial.path() / "config.json", config.dump(2) + "\n");
    partial.finish();
}

} // namespace paretoscope
