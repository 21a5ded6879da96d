#include "core/model/formats/gguf/gguf_config.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

template <class Number>
Number uniform(const std::vector<Number>& values, const std::string& key, const std::string& where)
{
    if (values.empty()) fail(ErrorCode::BadFile, "{}: '{}' is an empty list", where, key);
    for (const Number value : values)
        if (value != values.front())
            fail(ErrorCode::Unsupported, "{}: '{}' differs between layers, which is not supported", where, key);
    return values.front();
}

bool isList(const GgufMetadata& metadata, const std::string& key)
{
    const GgufValue* value = metadata.find(key);
    return value && value->type == GgufType::Array;
}

} // namespace

std::string ggufArchitecture(const GgufFile& file)
{
    const auto name = file.metadata().text("general.architecture");
    if (!name) fail(ErrorCode::BadFile, "{}: 'general.architecture' is missing", file.where());
    return *name;
}

GgufConfig::GgufConfig(const GgufFile& file, const char* className)
    : file_(file)
    , prefix_(ggufArchitecture(file) + ".")
    , json_({{"architectures", {className}}})
{
    readExtents();
    readRotation();
    copyNumber("rms_norm_eps", "attention.layer_norm_rms_epsilon");
    for (const char* field : {"layer_norm_eps", "layer_norm_epsilon", "norm_epsilon", "norm_eps"})
        copyNumber(field, "attention.layer_norm_epsilon");
    set("tie_word_embeddings", !hasTensor("output.weight"));
}

std::optional<int64_t> GgufConfig::integer(const char* key) const
{
    const std::string full = keyOf(key);
    if (isList(file_.metadata(), full)) return uniform(file_.metadata().integers(full), full, file_.where());
    return file_.metadata().integer(full);
}

std::optional<double> GgufConfig::number(const char* key) const
{
    const std::string full = keyOf(key);
    const std::optional<double> value = isList(file_.metadata(), full)
                                            ? uniform(file_.metadata().numbers(full), full, file_.where())
                                            : file_.metadata().number(full);
    if (value && !std::isfinite(*value))
        fail(ErrorCode::BadFile, "{}: '{}' is not a finite number", file_.where(), full);
    return value;
}

int64_t GgufConfig::required(const char* key) const
{
    const std::optional<int64_t> value = integer(key);
    if (!value) fail(ErrorCode::BadFile, "{}: '{}' is missing", file_.where(), keyOf(key));
    return *value;
}

int64_t GgufConfig::extent(const char* tensor, size_t dimension) const
{
    const Shape& shape = file_.shape(tensor);
    if (dimension >= shape.size())
        fail(ErrorCode::BadFile, "{}: tensor '{}' has the shape {}", file_.where(tensor), tensor, shapeText(shape));
    return shape[dimension];
}

GgufConfig& GgufConfig::copyInteger(const char* field, const char* key)
{
    if (const auto value = integer(key)) json_[field] = *value;
    return *this;
}

GgufConfig& GgufConfig::copyNumber(const char* field, const char* key)
{
    if (const auto value = number(key)) json_[field] = *value;
    return *this;
}

GgufConfig& GgufConfig::set(const char* field, Json value)
{
    json_[field] = std::move(value);
    return *this;
}

void GgufConfig::readExtents()
{
    const int64_t hidden = required("embedding_length");
    const int64_t heads = required("attention.head_count");
    if (heads < 1 || hidden < 1)
        fail(ErrorCode::BadFile, "{}: '{}' is {}", file_.where(),
             keyOf(heads < 1 ? "attention.head_count" : "embedding_length"), heads < 1 ? heads : hidden);
    set("hidden_size", hidden);
    set("num_attention_heads", heads);
    set("num_key_value_heads", integer("attention.head_count_kv").value_or(heads));
    set("num_hidden_layers", required("block_count"));
    copyInteger("intermediate_size", "feed_forward_length");
    copyInteger("max_position_embeddings", "context_length");
    set("vocab_size", extent("token_embd.weight", 0));
    headDim_ = integer("attention.key_length").value_or(hidden / heads);
    if (integer("attention.key_length")) set("head_dim", headDim_);
}

void GgufConfig::readRotation()
{
    set("rope_theta", number("rope.freq_base").value_or(10000));
    const std::optional<int64_t> rotated = integer("rope.dimension_count");
    // Half a dimension more, so that the share of a head rounds to the count again.
    if (rotated && *rotated < headDim_)
        set("partial_rotary_factor", (double(std::max<int64_t>(*rotated, 0)) + 0.5) / double(headDim_));
    const std::string type = file_.metadata().text(keyOf("rope.scaling.type")).value_or("");
    const std::optional<double> factor = number("rope.scaling.factor");
    const std::optional<double> linear = number("rope.scale_linear");
    if (type == "linear" || type == "yarn") {
        Json scaling{{"rope_type", type}, {"factor", factor.value_or(1)}};
        if (const auto original = integer("rope.scaling.original_context_length"))
            scaling["original_max_position_embeddings"] = *original;
        if (const auto fast = number("rope.scaling.yarn_beta_fast")) scaling["beta_fast"] = *fast;
        if (const auto slow = number("rope.scaling.yarn_beta_slow")) scaling["beta_slow"] = *slow;
        const auto attention = number("rope.scaling.attn_factor");
        if (type == "yarn" && attention && factor.value_or(1) > 1)
            scaling["attention_factor"] = *attention * (1 + 0.1 * std::log(*factor));
        set("rope_scaling", std::move(scaling));
    } else if (type.empty() && linear && *linear != 1) {
        set("rope_scaling", {{"rope_type", "linear"}, {"factor", *linear}});
    } else if (!type.empty() && type != "none" && type != "longrope") {
        fail(ErrorCode::Unsupported, "{}: '{}' is '{}', which is not supported", file_.where(),
             keyOf("rope.scaling.type"), type);
    }
}

GgufConfig& GgufConfig::readLongRope()
{
    if (!hasTensor("rope_factors_long.weight") || !hasTensor("rope_factors_short.weight")) return *this;
    Json scaling{{"rope_type", "longrope"},
                 {"long_factor", file_.tensor("rope_factors_long.weight").toFloats()},
                 {"short_factor", file_.tensor("rope_factors_short.weight").toFloats()}};
    if (const auto original = integer("rope.scaling.original_context_length"))
        scaling["original_max_position_embeddings"] = *original;
    if (const auto attention = number("rope.scaling.attn_factor")) scaling["attention_factor"] = *attention;
    return set("rope_scaling", std::move(scaling));
}

} // namespace paretoscope
