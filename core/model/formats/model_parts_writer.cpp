// From a model to named tensors and the manifest that describes them.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/formats/model_folder.h"
#include "core/model/formats/model_parts.h"
#include "core/model/vision_tower.h"

namespace paretoscope {

namespace {

class PartWriter {
public:
    explicit PartWriter(SafetensorsWriter& writer)
        : writer_(writer)
    {
    }

    void linear(const std::string& name, const Linear& linear)
    {
        if (!linear) return;
        linears_[name] = collectMap(name, *linear.weight, writer_);
        tensor(name + ".bias", linear.bias);
    }

    void norm(const std::string& name, const std::optional<NormParameters>& norm)
    {
        if (!norm) return;
        tensor(name + ".weight", norm->weight);
        tensor(name + ".bias", norm->bias);
        norms_[name] = {{"kind", norm->kind == NormKind::Rms ? "rms" : "layer"},
                        {"epsilon", norm->epsilon}};
    }

    void tensor(const std::string& name, const Tensor& values)
    {
        if (!values.empty()) writer_.add(name, values);
    }

    Json parts() const { return {{"linears", linears_}, {"norms", norms_}}; }

private:
    SafetensorsWriter& writer_;
    Json linears_ = Json::object();
    Json norms_ = Json::object();
};

} // namespace

Json collectMap(const std::string& name, const LinearWeight& map, SafetensorsWriter& writer)
{
    Json names = Json::array();
    for (const auto& [local, values] : map.tensors()) {
        if (local == "bias") fail(ErrorCode::Internal, "'{}' would store its bias twice", name);
        names.push_back(local);
        writer.add(name + "." + local, values);
    }
    return {{"kind", map.kind()}, {"attributes", map.attributes()}, {"tensors", names}};
}

Json collectParts(const Model& model, SafetensorsWriter& writer)
{
    PartWriter parts(writer);
    visitModel(model, parts);
    return parts.parts();
}

Json collectVision(const VisionTower& tower, SafetensorsWriter& writer)
{
    PartWriter parts(writer);
    visitModel(*tower.encoder, parts);
    visitTower(tower, parts);
    return {{"config", toJson(tower.encoder->config)},
            {"parts", parts.parts()},
            {"image_size", tower.imageSize},
            {"patch_size", tower.patchSize},
            {"feature_blocks", tower.featureBlocks},
            {"with_class_row", tower.withClassRow},
            {"projection_activation", activationName(tower.projectionActivation)},
            {"image_token", tower.imageToken},
            {"text_end_token", tower.textEndToken},
            {"mean", tower.mean},
            {"deviation", tower.deviation}};
}

} // namespace paretoscope
