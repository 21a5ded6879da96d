// From named tensors and their manifest back to a model.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/model_folder.h"
#include "core/model/formats/model_parts.h"

#include "core/model/vision_tower.h"

#include <set>

namespace paretoscope {

namespace {

class PartReader {
public:
    PartReader(const Json& parts, const SafetensorsFile& weights, const std::string& where)
        : linears_(section(parts, "linears", where))
        , norms_(section(parts, "norms", where))
        , weights_(weights)
        , where_(where)
    {
    }

    void linear(const std::string& name, Linear& linear)
    {
        const auto found = linears_.find(name);
        if (found == linears_.end()) return;
        usedParts_.insert(name);
        const std::string what = fmt::format("{}: '{}'", where_, name);
        linear.weight = readMap(*found, weights_, name, what);
        for (const Json& local : found->at("tensors")) usedTensors_.insert(name + "." + local.get<std::string>());
        tensor(name + ".bias", linear.bias);
    }

    void norm(const std::string& name, std::optional<NormParameters>& norm)
    {
        const auto found = norms_.find(name);
        if (found == norms_.end()) return;
        usedParts_.insert(name);
        const std::string what = fmt::format("{}: '{}'", where_, name);
        const std::string kind = requireString(*found, "kind", what);
        if (kind != "rms" && kind != "layer")
            fail(ErrorCode::BadFile, "{}: the norm '{}' is not known", what, kind);
        norm.emplace();
        norm->kind = kind == "rms" ? NormKind::Rms : NormKind::Layer;
        norm->epsilon = float(optionalNumber(*found, "epsilon", 1e-5, what));
        tensor(name + ".weight", norm->weight);
        tensor(name + ".bias", norm->bias);
    }

    void tensor(const std::string& name, Tensor& values)
    {
        if (weights_.has(name)) values = take(name);
    }

    // Anything left over would be lost in silence.
    void requireAllUsed() const
    {
        for (const Json* part : {&linears_, &norms_})
            for (const auto& [name, entry] : part->items())
                if (!usedParts_.contains(name))
                    fail(ErrorCode::BadFile, "{}: the configuration has no place for '{}'", where_,
                         name);
        for (const auto& [name, entry] : weights_.header().entries)
            if (!usedTensors_.contains(name))
                fail(ErrorCode::BadFile, "{}: nothing describes the tensor '{}'",
                     weights_.path().string(), name);
    }

private:
    static const Json& section(const Json& parts, const char* name, const std::string& where)
    {
        const Json& section = requireField(parts, name, where);
        if (!section.is_object())
            fail(ErrorCode::BadFile, "{}: '{}' must be an object", where, name);
        return section;
    }

    Tensor take(const std::string& name)
    {
        usedTensors_.insert(name);
        return weights_.tensor(name);
    }

    const Json& linears_;
    const Json& norms_;
    const SafetensorsFile& weights_;
    const std::string& where_;
    std::set<std::string> usedParts_;
    std::set<std::string> usedTensors_;
};

} // namespace

namespace {

void readModelParts(PartReader& reader, Model& model)
{
    visitFrame(model, reader);
    for (size_t i = 0; i < model.config.blocks.size(); ++i) {
        auto block = std::make_shared<Block>();
        block->config = model.config.blocks[i];
        if (block->config.moe.experts > 0)
            block->moe.emplace().experts.resize(size_t(block->config.moe.experts));
        visitBlock(i, *block, reader);
        model.blocks.push_back(std::move(block));
    }
}

// What a pass over the tower takes for granted.
void requireTower(const VisionTower& tower, const std::string& where)
{
    const ModelConfig& config = tower.encoder->config;
    const auto require = [&](bool good, const char* what) {
        if (!good) fail(ErrorCode::BadFile, "{}: the vision tower's {} does not fit its configuration", where, what);
    };
    require(tower.patchSize >= 1 && tower.imageSize >= tower.patchSize && tower.imageSize <= 1 << 14, "picture size");
    require(tower.patches && tower.patches.weight->outputs() == config.hidden &&
                tower.patches.weight->inputs() == 3 * tower.patchSize * tower.patchSize,
            "map of patches");
    require(tower.classEmbedding.dtype() == DType::F32 && tower.classEmbedding.shape() == Shape{config.hidden}, "class row");
    require(tower.encoder->positionEmbedding.shape() == Shape{1 + tower.patchCount(), config.hidden}, "position embedding");
    require(tower.encoder->embeddingNorm && tower.encoder->finalNorm, "frame of norms");
    require(tower.featureBlocks >= 0 && tower.featureBlocks <= int64_t(config.blocks.size()), "feature block");
    require(bool(tower.projection1) == bool(tower.projection2), "projector");
    require(!tower.projection1 || (tower.projection1.weight->inputs() == config.hidden &&
                                   tower.projection2.weight->inputs() == tower.projection1.weight->outputs()),
            "projector");
    require(!tower.embeddingProjection || tower.embeddingProjection.weight->inputs() == config.hidden, "projection");
}

} // namespace

LinearWeightPtr readMap(const Json& entry, const SafetensorsFile& weights, const std::string& name, const std::string& what)
{
    const Json& names = requireField(entry, "tensors", what);
    if (!names.is_array()) fail(ErrorCode::BadFile, "{}: 'tensors' must be a list", what);
    TensorMap tensors;
    for (const Json& local : names) {
        if (!local.is_string()) fail(ErrorCode::BadFile, "{}: 'tensors' must hold names", what);
        const auto text = local.get<std::string>();
        tensors[text] = weights.tensor(name + "." + text);
    }
    const Json attributes = entry.value("attributes", Json::object());
    return linearWeightFromTensors(requireString(entry, "kind", what), attributes, tensors, what);
}

void readParts(const Json& parts, const SafetensorsFile& weights, const std::string& where, Model& model)
{
    PartReader reader(parts, weights, where);
    readModelParts(reader, model);
    reader.requireAllUsed();
}

std::shared_ptr<const VisionTower> readVision(const Json& vision, const SafetensorsFile& weights, const std::string& where)
{
    constexpr int64_t most = 1 << 20;
    auto tower = std::make_shared<VisionTower>();
    auto encoder = std::make_shared<Model>();
    encoder->name = "vision tower";
    encoder->config = modelConfigFromJson(requireField(vision, "config", where), where);
    PartReader reader(requireField(vision, "parts", where), weights, where);
    readModelParts(reader, *encoder);
    visitTower(*tower, reader);
    reader.requireAllUsed();
    tower->encoder = encoder;
    tower->imageSize = requireInteger(vision, "image_size", 1, most, where);
    tower->patchSize = requireInteger(vision, "patch_size", 1, most, where);
    tower->featureBlocks = requireInteger(vision, "feature_blocks", 0, most, where);
    tower->withClassRow = optionalBool(vision, "with_class_row", false, where);
    tower->projectionActivation = activationFromName(requireString(vision, "projection_activation", where), where);
    tower->imageToken = int32_t(requireInteger(vision, "image_token", -1, 1 << 26, where));
    tower->textEndToken = int32_t(optionalInteger(vision, "text_end_token", -1, 1 << 26, -1, where));
    tower->mean = channelNumbers(vision, "mean", where);
    tower->deviation = channelNumbers(vision, "deviation", where);
    requireTower(*tower, where);
    return tower;
}

} // namespace paretoscope
