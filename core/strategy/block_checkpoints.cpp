#include "core/strategy/block_checkpoints.h"

#include "core/base/content_cache.h"
#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/model/formats/model_folder.h"

namespace paretoscope {

namespace {

constexpr const char* mapsEntry = "maps"; // of the file's metadata: kind, attributes and tensors of every map

void write(const Model& model, int block, Sink& sink)
{
    SafetensorsWriter writer;
    Json maps = Json::object();
    forEachLinear(model, [&](const LinearId& id, const Linear& linear) {
        if (id.block == block) maps[id.text()] = collectMap(id.text(), *linear.weight, writer);
    });
    writer.setMetadata(mapsEntry, maps.dump());
    writer.write(sink);
}

LinearWeightPtr readSameShape(const SafetensorsFile& file, const Json& maps, const std::string& name,
                              const LinearWeight& before)
{
    const std::string where = file.path().string();
    LinearWeightPtr weight = readMap(requireField(maps, name.c_str(), where), file, name, where);
    if (weight->outputs() != before.outputs() || weight->inputs() != before.inputs())
        fail(ErrorCode::BadFile, "'{}' has a map '{}' of another shape", where, name);
    return weight;
}

std::shared_ptr<const Model> read(const SafetensorsFile& file, const Model& model, int block)
{
    const auto& metadata = file.header().metadata;
    const auto entry = metadata.find(mapsEntry);
    if (entry == metadata.end()) fail(ErrorCode::BadFile, "'{}' is no checkpoint of a block", file.path().string());
    const Json maps = parseJson(entry->second, file.path().string());
    return withLinears(model, [&](const LinearId& id, const Linear& linear) {
        return id.block == block ? readSameShape(file, maps, id.text(), *linear.weight) : linear.weight;
    });
}

} // namespace

BlockCheckpoints::BlockCheckpoints(const Workbench& workbench, const std::string& strategy, const Settings& settings)
    : workbench_(workbench)
{
    if (workbench.origin.empty() || !workbench.kept) return;
    key_ = Fingerprint().add(workbench.origin).add(strategy).add(settings.json().dump()).hex();
}

std::string BlockCheckpoints::keyOf(int block) const
{
    return fmt::format("{}-block-{}", key_, block);
}

std::shared_ptr<const Model> BlockCheckpoints::restored(const Model& model, int block) const
{
    if (key_.empty()) return nullptr;
    try {
        const auto file = workbench_.kept->find(keyOf(block));
        return file ? read(*SafetensorsFile::open(*file), model, block) : nullptr;
    } catch (const std::exception& error) { // a wrong JSON type is no Error
        logWarning("a kept block is made again: {}", error.what());
        return nullptr;
    }
}

void BlockCheckpoints::keep(const Model& model, int block)
{
    if (key_.empty()) return;
    try {
        workbench_.kept->store(keyOf(block), [&](Sink& sink) { write(model, block, sink); });
    } catch (const Error& error) {
        logWarning("finished blocks are not kept: {}", error.what());
        key_.clear();
    }
}

void BlockCheckpoints::discard(int blocks) const
{
    if (key_.empty()) return;
    for (int block = 0; block < blocks; ++block) workbench_.kept->drop(keyOf(block));
}

} // namespace paretoscope
