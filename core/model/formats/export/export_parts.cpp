#include "core/model/formats/export/export_parts.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/text.h"
#include "core/model/architecture.h"
#include "core/model/formats/checkpoint_source.h"
#include "core/model/formats/model_parts.h"

#include <cmath>

namespace paretoscope {

namespace {

// Loading a model once more with vectors that hold a number of their own tells which tensor of the
// folder ends up in which part of the model, and whether the family adds something to it.
class NamingSource : public WeightSource {
public:
    static constexpr float step = 8; // between numbers; more than any family adds

    explicit NamingSource(const CheckpointSource& source) : source_(source) {}

    bool has(const std::string& name) const override { return source_.has(name); }
    bool stacksQkv() const override { return source_.stacksQkv(); }
    std::string describe() const override { return source_.describe(); }

    Tensor tensor(const std::string& name, const Shape& shape) const override
    {
        Tensor real = source_.tensor(name, shape);
        if (real.shape().size() != 1 || !traits(real.dtype()).isFloat) {
            tables_[real.bytes().data()] = source_.storedName(name);
            return real;
        }
        vectors_.push_back(source_.storedName(name));
        const std::vector<float> values(size_t(real.count()), float(vectors_.size()) * step);
        return Tensor::fromFloats(real.shape(), values);
    }

    LinearWeightPtr linear(const std::string& name, int64_t outputs, int64_t inputs) const override
    {
        LinearWeightPtr real = source_.linear(name, outputs, inputs);
        const std::string stored = source_.storedName(name + ".weight");
        maps_[real.get()] = stored.substr(0, stored.size() - std::string(".weight").size());
        // An embedding is a map whose table the model takes.
        if (const auto* dense = dynamic_cast<const DenseLinear*>(real.get()))
            tables_[dense->tensors().at("weight").bytes().data()] = stored;
        kept_.push_back(real); // so that no other map gets its address
        return real;
    }

    const std::string* nameOf(const LinearWeight* map) const
    {
        const auto found = maps_.find(map);
        return found == maps_.end() ? nullptr : &found->second;
    }
    // The tensor behind a vector, and what was added to it, or behind a table that is kept as it lies in
    // the folder; empty where it is made from several.
    std::string nameOf(const Tensor& vector, float& added) const
    {
        if (vector.shape().size() != 1) {
            const auto table = tables_.find(vector.bytes().data());
            return table == tables_.end() ? std::string() : table->second;
        }
        const std::vector<float> values = vector.toFloats();
        const auto index = size_t(std::lround(values.at(0) / step));
        added = values[0] - float(index) * step;
        for (const float value : values)
            if (value != values[0]) return {};
        return index >= 1 && index <= vectors_.size() ? vectors_[index - 1] : std::string();
    }

private:
    const CheckpointSource& source_;
    mutable std::vector<std::string> vectors_;
    mutable std::map<const std::byte*, std::string> tables_;
    mutable std::map<const LinearWeight*, std::string> maps_;
    mutable std::vector<LinearWeightPtr> kept_;
};

// Every part of a model by its canonical name.
struct Collected {
    std::map<std::string, LinearWeightPtr> maps;
    std::map<std::string, Tensor> tensors;

    void linear(const std::string& name, const Linear& linear)
    {
        if (!linear) return;
        maps[name] = linear.weight;
        tensor(name + ".bias", linear.bias);
    }
    void norm(const std::string& name, const std::optional<NormParameters>& norm)
    {
        if (!norm) return;
        tensor(name + ".weight", norm->weight);
        tensor(name + ".bias", norm->bias);
    }
    void tensor(const std::string& name, const Tensor& values)
    {
        if (!values.empty()) tensors[name] = values;
    }
};

Collected collected(const Model& model)
{
    Collected parts;
    visitModel(model, parts);
    return parts;
}

bool sameBytes(const Tensor& a, const Tensor& b)
{
    return a.shape() == b.shape() && a.bytes().data() == b.bytes().data();
}

[[noreturn]] void failFused(const std::string& part, const ExportParts& parts)
{
    fail(ErrorCode::Unsupported, "'{}' is stored together with other parts in '{}', so a changed one cannot be exported",
         part, parts.folder.string());
}

// The folder's tensor, without ".weight", of an embedding that became a map.
std::optional<std::string> embeddingName(const Collected& named, const NamingSource& names)
{
    const auto table = named.tensors.find("embedding");
    float added = 0;
    std::string name = table == named.tensors.end() ? std::string() : names.nameOf(table->second, added);
    if (!name.ends_with(".weight")) return std::nullopt;
    name.resize(name.size() - std::string(".weight").size());
    return name;
}

void findMaps(const Collected& before, const Collected& after, const Collected& named, const NamingSource& names,
              ExportParts& parts)
{
    for (const auto& [part, map] : after.maps) {
        const auto old = before.maps.find(part);
        if (old != before.maps.end() && old->second == map) continue;
        if (part == "embedding_map" && !named.maps.contains(part)) {
            const std::optional<std::string> table = embeddingName(named, names);
            if (!table) failFused("embedding", parts);
            parts.maps[*table] = map;
            continue;
        }
        const auto place = named.maps.find(part);
        const std::string* name = place == named.maps.end() ? nullptr : names.nameOf(place->second.get());
        if (!name) failFused(part, parts);
        if (map->outputs() != place->second->outputs() || map->inputs() != place->second->inputs())
            fail(ErrorCode::Unsupported, "'{}' has other extents than in '{}'; other engines expect equal blocks", part,
                 parts.folder.string());
        parts.maps[*name] = map;
    }
}

void findTensors(const Collected& before, const Collected& after, const Collected& named, const NamingSource& names,
                 ExportParts& parts)
{
    for (const auto& [part, values] : after.tensors) {
        const auto old = before.tensors.find(part);
        if (old != before.tensors.end() && sameBytes(old->second, values)) continue;
        const auto place = named.tensors.find(part);
        if (place == named.tensors.end() || place->second.shape() != values.shape())
            failFused(part, parts);
        float added = 0;
        const std::string name = names.nameOf(place->second, added);
        if (name.empty()) failFused(part, parts);
        std::vector<float> numbers = values.toFloats();
        for (float& number : numbers) number -= added;
        parts.vectors[name] = Tensor::fromFloats(values.shape(), numbers);
    }
}

} // namespace

ExportParts exportParts(const ExportInput& input)
{
    const std::filesystem::path folder = input.original.source;
    const std::filesystem::path config = folder / "config.json";
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(config, ignored))
        fail(ErrorCode::Unsupported, "'{}' is not a Hugging Face folder; only models from one can be exported",
             folder.string());
    ExportParts parts{folder, readJsonFile(config, size_t{64} << 20), {}, Checkpoint::open(folder), {}, {}, {}, input.floats};
    if (parts.config.contains("quantization_config"))
        fail(ErrorCode::Unsupported, "'{}' is quantized already; only models of floats can be exported", folder.string());
    const Architecture& architecture = architectureFor(parts.config, config.string());
    parts.architecture = architecture.id;
    const CheckpointSource source(parts.checkpoint, nullptr);
    const NamingSource names(source);
    Model named;
    named.config = architecture.configure(parts.config, config.string());
    architecture.load(parts.config, names, named);
    parts.unused = source.unused();
    const Collected before = collected(input.original), after = collected(input.model), placed = collected(named);
    const auto countOf = [](const Collected& all) { return all.maps.size() - all.maps.count("embedding_map"); };
    if (countOf(after) != countOf(before) || input.model.blocks.size() != input.original.blocks.size())
        fail(ErrorCode::Unsupported, "parts of the model were left out, which other engines do not expect");
    findMaps(before, after, placed, names, parts);
    findTensors(before, after, placed, names, parts);
    return parts;
}

Tensor convertedTo(DType type, const Shape& shape, std::span<const float> values, const std::string& what)
{
    if (type != DType::F32 && type != DType::F16 && type != DType::BF16)
        fail(ErrorCode::Unsupported, "{}: changed numbers are not written as {}", what, traits(type).name);
    Tensor result = Tensor::zeros(type, shape);
    if (type == DType::F32) {
        std::copy(values.begin(), values.end(), result.fill<float>().begin());
    } else {
        const std::span<uint16_t> to = result.fill<uint16_t>();
        for (size_t i = 0; i < to.size(); ++i)
            to[i] = type == DType::F16 ? floatToHalf(values[i]) : floatToBfloat16(values[i]);
    }
    const std::vector<float> back = result.toFloats();
    for (size_t i = 0; i < back.size(); ++i)
        if (!std::isfinite(back[i]))
            fail(ErrorCode::Unsupported, "{}: {} does not fit the type {}", what, values[i], traits(type).name);
    return result;
}

Tensor ExportParts::plain(const std::string& name) const
{
    Tensor stored = checkpoint.tensor(name);
    const DType type = plainType(name);
    const std::string_view suffix = ".weight";
    if (name.ends_with(suffix))
        if (const auto map = maps.find(name.substr(0, name.size() - suffix.size())); map != maps.end())
            return convertedTo(type, stored.shape(), map->second->toDense(), name);
    if (const auto vector = vectors.find(name); vector != vectors.end())
        return convertedTo(type, stored.shape(), vector->second.toFloats(), name);
    return type == stored.dtype() ? stored : convertedTo(type, stored.shape(), stored.toFloats(), name);
}

DType ExportParts::plainType(const std::string& name) const
{
    const DType stored = checkpoint.tensor(name).dtype();
    return floats && traits(stored).isFloat ? *floats : stored;
}

const ExportFormat& exportFormat(const std::string& id)
{
    std::vector<std::string> ids;
    for (const ExportFormat* format : exports::all()) {
        if (format->id == id) return *format;
        ids.push_back(format->id);
    }
    fail(ErrorCode::BadUsage, "there is no export format '{}'{} (there are: {})", id, didYouMean(id, ids),
         fmt::join(ids, ", "));
}

} // namespace paretoscope
