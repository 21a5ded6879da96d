#include "core/model/formats/gguf/gguf_source.h"

#include "core/base/error.h"
#include "core/model/formats/checkpoint_source.h"

#include <array>

namespace paretoscope {

namespace {

// "blk.3.attn_q.weight" into what is before and from the last dot on.
std::pair<std::string, std::string> splitSuffix(const std::string& name)
{
    for (const char* suffix : {".weight", ".bias"})
        if (name.ends_with(suffix)) return {name.substr(0, name.size() - std::string_view(suffix).size()), suffix};
    return {name, ""};
}

} // namespace

std::optional<GgufSource::Place> GgufSource::resolve(const std::string& name) const
{
    struct Alternative {
        std::string_view ending;
        Part part;
    };
    static constexpr std::array<Alternative, 3> fused{
        {{".attn_q", Part::Query}, {".attn_k", Part::Key}, {".attn_v", Part::Value}}};
    const auto [stem, suffix] = splitSuffix(name);
    for (const std::span<const GgufNameRule> rules : {std::span(family_.names), commonGgufNames()})
        for (const GgufNameRule& rule : rules) {
            const std::optional<GgufName> applied = applyGgufRule(rule, stem);
            if (!applied) continue;
            if (file_.has(applied->stem + suffix)) return Place{applied->stem + suffix, applied->slice};
            for (const auto& [ending, part] : fused) {
                if (!applied->stem.ends_with(ending)) continue;
                const std::string whole =
                    applied->stem.substr(0, applied->stem.size() - ending.size()) + ".attn_qkv" + suffix;
                if (file_.has(whole)) return Place{whole, -1, part};
            }
        }
    return std::nullopt;
}

GgufSource::Place GgufSource::require(const std::string& name) const
{
    std::optional<Place> place = resolve(name);
    if (!place) {
        const auto [stem, suffix] = splitSuffix(name);
        for (const std::span<const GgufNameRule> rules : {std::span(family_.names), commonGgufNames()})
            for (const GgufNameRule& rule : rules)
                if (const auto applied = applyGgufRule(rule, stem))
                    fail(ErrorCode::BadFile, "{}: tensor '{}' is missing", file_.where(), applied->stem + suffix);
        fail(ErrorCode::BadFile, "{}: tensor '{}' is missing", file_.where(), name);
    }
    used_.insert(place->stored);
    return *std::move(place);
}

bool GgufSource::has(const std::string& name) const
{
    // The converter turned these, so they are read as maps and not as matrices of the family.
    const bool turned = family_.transposed && name.ends_with(".weight") &&
                        (name.find(".attn.c_") != name.npos || name.find(".mlp.c_") != name.npos);
    return !turned && resolve(name).has_value();
}

RowRange GgufSource::rowsOf(Part part, int64_t rows, int64_t count)
{
    switch (part) {
    case Part::Query: return {0, count};
    case Part::Key: return {rows - 2 * count, rows - count};
    case Part::Value: return {rows - count, rows};
    default: return {0, rows};
    }
}

Tensor GgufSource::plain(const Place& place, const Shape& shape) const
{
    Tensor values = file_.expanded(place.stored);
    const std::string where = file_.where(place.stored);
    if (place.slice >= 0) {
        if (values.shape().size() < 2 || place.slice >= values.extent(0))
            fail(ErrorCode::BadFile, "{}: tensor '{}' of shape {} has no part {}", where, place.stored,
                 shapeText(values.shape()), place.slice);
        Shape inner(values.shape().begin() + 1, values.shape().end());
        values = values.rows(place.slice, place.slice + 1).reshaped(std::move(inner));
    }
    if (place.part != Part::Whole && !shape.empty()) {
        const RowRange range = rowsOf(place.part, values.extent(0), shape[0]);
        if (range.begin < 0 || range.end > values.extent(0))
            fail(ErrorCode::BadFile, "{}: tensor '{}' of shape {} is too small", where, place.stored,
                 shapeText(values.shape()));
        values = values.rows(range.begin, range.end);
    }
    return values;
}

Tensor GgufSource::tensor(const std::string& name, const Shape& shape) const
{
    const Place place = require(name);
    Tensor values = plain(place, shape);
    requireShape(values, shape, file_.where(place.stored), place.stored);
    if (family_.normOffset == 0 || !place.stored.ends_with("norm.weight")) return values;
    std::vector<float> stored = values.toFloats();
    for (float& value : stored) value -= family_.normOffset; // the family adds it again
    return Tensor::fromFloats(values.shape(), stored);
}

// Newer files of latent attention hold the up-projection of keys, turned for each head, and that of
// values apart from each other.
LinearWeightPtr GgufSource::splitLatentUp(const std::string& block, int64_t outputs, int64_t inputs) const
{
    const Tensor keys = file_.expanded(block + "attn_k_b.weight");     // [heads, inputs, key]
    const Tensor values = file_.expanded(block + "attn_v_b.weight");   // [heads, value, inputs]
    requireShape(keys, {-1, inputs, -1}, file_.where(), block + "attn_k_b.weight");
    requireShape(values, {keys.extent(0), -1, inputs}, file_.where(), block + "attn_v_b.weight");
    const int64_t heads = keys.extent(0);
    const int64_t keyRows = keys.extent(2);
    const int64_t valueRows = values.extent(1);
    if (heads * (keyRows + valueRows) != outputs)
        fail(ErrorCode::BadFile, "{}: '{}attn_k_b' and 'attn_v_b' have {} rows, expected {}", file_.where(), block,
             heads * (keyRows + valueRows), outputs);
    const std::vector<float> k = keys.toFloats();
    const std::vector<float> v = values.toFloats();
    std::vector<float> joined;
    joined.reserve(size_t(outputs * inputs));
    for (int64_t head = 0; head < heads; ++head) {
        for (int64_t row = 0; row < keyRows; ++row)
            for (int64_t i = 0; i < inputs; ++i) joined.push_back(k[size_t((head * inputs + i) * keyRows + row)]);
        const auto begin = v.begin() + head * valueRows * inputs;
        joined.insert(joined.end(), begin, begin + valueRows * inputs);
    }
    markUsed(block + "attn_k_b.weight");
    markUsed(block + "attn_v_b.weight");
    return std::make_shared<DenseLinear>(Tensor::fromFloats({outputs, inputs}, joined));
}

LinearWeightPtr GgufSource::linear(const std::string& name, int64_t outputs, int64_t inputs) const
{
    static constexpr GgufNameRule latentUp{"model.layers.#.self_attn.kv_b_proj", "blk.#."};
    if (const auto block = applyGgufRule(latentUp, name))
        if (file_.has(block->stem + "attn_k_b.weight") && file_.has(block->stem + "attn_v_b.weight"))
            return splitLatentUp(block->stem, outputs, inputs);
    const Place place = require(name + ".weight");
    const Shape& shape = file_.shape(place.stored);
    const bool vector = shape.size() == 1 && outputs == 1 && shape[0] == inputs;
    const bool matrix = shape.size() == 2 && shape[1] == inputs &&
                        (place.part == Part::Whole ? shape[0] == outputs : shape[0] >= outputs);
    const bool stack = shape.size() == 3 && place.slice >= 0 && place.slice < shape[0] && shape[1] == outputs &&
                       shape[2] == inputs;
    if (!vector && !matrix && !stack)
        fail(ErrorCode::BadFile, "{}: tensor '{}' has shape {}, expected {}", file_.where(place.stored),
             place.stored, shapeText(shape), shapeText(Shape{outputs, inputs}));
    RowRange range{0, outputs};
    if (stack) range = {place.slice * outputs, (place.slice + 1) * outputs};
    else if (matrix) range = rowsOf(place.part, shape[0], outputs);
    return file_.map(place.stored, range.begin, range.end);
}

std::vector<std::string> GgufSource::unused() const
{
    std::vector<std::string> names;
    for (const std::string& name : file_.names())
        if (!used_.contains(name)) names.push_back(name);
    return names;
}

} // namespace paretoscope
