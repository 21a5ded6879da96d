#include "core/model/architectures/common.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <array>

namespace paretoscope::families {

namespace {
constexpr int64_t largest = int64_t{1} << 31;
}

const char* presentField(const Json& config, const FieldNames& names)
{
    for (const char* name : names)
        if (config.contains(name) && !config.at(name).is_null()) return name;
    return names.front();
}

int64_t headDimOf(int64_t hidden, int64_t heads, const std::string& where)
{
    if (hidden % heads != 0)
        fail(ErrorCode::BadFile, "{}: {} heads do not divide the hidden size {}", where, heads, hidden);
    return hidden / heads;
}

Activation readActivation(const Json& config, const char* field, const char* fallback,
                          const std::string& where)
{
    struct Row {
        const char* name;
        Activation activation;
    };
    static constexpr std::array<Row, 12> rows{{{"silu", Activation::Silu},
                                               {"swish", Activation::Silu},
                                               {"gelu", Activation::Gelu},
                                               {"gelu_python", Activation::Gelu},
                                               {"gelu_new", Activation::GeluTanh},
                                               {"gelu_fast", Activation::GeluTanh},
                                               {"gelu_pytorch_tanh", Activation::GeluTanh},
                                               {"quick_gelu", Activation::QuickGelu},
                                               {"relu", Activation::Relu},
                                               {"relu2", Activation::ReluSquared},
                                               {"linear", Activation::Identity},
                                               {"identity", Activation::Identity}}};
    const std::string name = optionalString(config, field, fallback, where);
    for (const Row& row : rows)
        if (name == row.name) return row.activation;
    fail(ErrorCode::Unsupported, "{}: activation '{}' is not supported", where, name);
}

double readEpsilon(const Json& config, const char* field, double fallback, const std::string& where)
{
    const double epsilon = optionalNumber(config, field, fallback, where);
    if (!(epsilon >= 0 && epsilon < 1))
        fail(ErrorCode::BadFile, "{}: '{}' is outside 0 to 1", where, field);
    return epsilon;
}

void refuseUnless(const Json& config, const char* field, const Json& accepted, const std::string& where)
{
    if (!config.contains(field) || config.at(field).is_null() || config.at(field) == accepted) return;
    fail(ErrorCode::Unsupported, "{}: '{}' with the value {} is not supported", where, field,
         config.at(field).dump());
}

ModelConfig readLlamaStyleConfig(const Json& config, const std::string& where, const ConfigDefaults& defaults)
{
    ModelConfig result;
    result.hidden = requireInteger(config, "hidden_size", 1, 1 << 20, where);
    result.vocabulary = requireInteger(config, "vocab_size", 1, 1 << 26, where);
    result.contextLength =
        optionalInteger(config, "max_position_embeddings", 1, largest, defaults.contextLength, where);
    result.tiedEmbeddings = optionalBool(config, "tie_word_embeddings", defaults.tied, where);
    BlockConfig block;
    block.heads = requireInteger(config, "num_attention_heads", 1, 1 << 14, where);
    block.kvHeads = optionalInteger(config, "num_key_value_heads", 1, 1 << 14, block.heads, where);
    block.headDim = optionalInteger(config, "head_dim", 1, 1 << 14, defaults.headDim, where);
    if (block.headDim == 0) block.headDim = headDimOf(result.hidden, block.heads, where);
    block.valueDim = block.headDim;
    block.feedForward = requireInteger(config, "intermediate_size", 1, 1 << 20, where);
    block.activation = readActivation(config, defaults.activationField, defaults.activation, where);
    result.ropes = {readRope(config, block.headDim, result.contextLength, where, defaults.rope)};
    const int64_t layers = requireInteger(config, "num_hidden_layers", 1, 4096, where);
    result.blocks.assign(size_t(layers), block);
    return result;
}

void setWindows(const Json& config, int64_t window, const std::function<bool(size_t)>& slides,
                ModelConfig& model, const std::string& where)
{
    const bool listed = config.contains("layer_types") && !config.at("layer_types").is_null();
    const Json types = listed ? config.at("layer_types") : Json::array();
    if (listed && (!types.is_array() || types.size() != model.blocks.size()))
        fail(ErrorCode::BadFile, "{}: 'layer_types' must name a kind for each of {} layers", where,
             model.blocks.size());
    for (size_t i = 0; i < model.blocks.size(); ++i) {
        bool sliding = !listed && slides(i);
        if (listed) {
            const std::string type = types[i].is_string() ? types[i].get<std::string>() : types[i].dump();
            if (type != "sliding_attention" && type != "full_attention")
                fail(ErrorCode::Unsupported, "{}: layers of the kind '{}' are not supported", where, type);
            sliding = type == "sliding_attention";
        }
        model.blocks[i].window = sliding ? window : 0;
    }
}

int64_t readWindow(const Json& config, const std::string& where)
{
    return optionalInteger(config, "sliding_window", 0, int64_t{1} << 40, 0, where);
}

Tensor readVector(const WeightSource& weights, const std::string& name, int64_t size)
{
    return Tensor::fromFloats({size}, weights.tensor(name, {size}).toFloats());
}

NormParameters readNorm(const WeightSource& weights, const std::string& name, const NormStyle& style,
                        int64_t size)
{
    NormParameters norm{style.kind, float(style.epsilon), readVector(weights, name + ".weight", size), {}};
    if (style.offset != 0)
        for (float& weight : norm.weight.fill<float>()) weight += style.offset;
    if (weights.has(name + ".bias")) norm.bias = readVector(weights, name + ".bias", size);
    return norm;
}

Linear readLinear(const WeightSource& weights, const std::string& name, int64_t outputs, int64_t inputs,
                  Bias bias)
{
    Linear linear{weights.linear(name, outputs, inputs), {}};
    const std::string biasName = name + ".bias";
    if (bias == Bias::Required || (bias == Bias::IfPresent && weights.has(biasName)))
        linear.bias = readVector(weights, biasName, outputs);
    return linear;
}

void readEmbedding(const WeightSource& weights, const std::string& name, int64_t width, Model& model)
{
    LinearWeightPtr table = weights.linear(name, model.config.vocabulary, width);
    if (const auto* dense = dynamic_cast<const DenseLinear*>(table.get())) model.embedding = dense->weight();
    else model.embeddingMap.weight = std::move(table);
}

void readFrame(const WeightSource& weights, const NormStyle& norm, Model& model, const FrameNames& names)
{
    const int64_t vocabulary = model.config.vocabulary;
    const int64_t hidden = model.config.hidden;
    readEmbedding(weights, names.embedding, hidden, model);
    model.finalNorm = readNorm(weights, names.norm, norm, hidden);
    if (!model.config.tiedEmbeddings)
        model.output = readLinear(weights, names.head, vocabulary, hidden, Bias::IfPresent);
}

void readBlocks(Model& model, const std::function<void(size_t, Block&)>& fill)
{
    for (size_t i = 0; i < model.config.blocks.size(); ++i) {
        auto block = std::make_shared<Block>();
        block->config = model.config.blocks[i];
        fill(i, *block);
        model.blocks.push_back(std::move(block));
    }
}

} // namespace paretoscope::families
