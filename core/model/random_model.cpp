#include "core/model/random_model.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/half.h"
#include "core/base/json.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/model/formats/safetensors_writer.h"

#include <cmath>

namespace paretoscope {

namespace {

// Uniform with the variance that keeps activations in range through the blocks.
Tensor randomMatrix(const RandomModelShape& shape, const std::string& name, int64_t rows, int64_t columns)
{
    Tensor tensor = Tensor::zeros(shape.dtype, {rows, columns});
    const double width = std::sqrt(3.0 / double(columns));
    parallelFor(rows, 16, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            Random random(shape.seed, name, uint64_t(r));
            for (int64_t i = r * columns; i < (r + 1) * columns; ++i) {
                const auto value = float((2 * random.uniform() - 1) * width);
                if (shape.dtype == DType::F32) tensor.fill<float>()[size_t(i)] = value;
                if (shape.dtype == DType::F16) tensor.fill<uint16_t>()[size_t(i)] = floatToHalf(value);
                if (shape.dtype == DType::BF16) tensor.fill<uint16_t>()[size_t(i)] = floatToBfloat16(value);
            }
        }
    });
    return tensor;
}

Tensor ones(const RandomModelShape& shape)
{
    return Tensor::fromFloats({shape.hidden}, std::vector<float>(size_t(shape.hidden), 1.0f));
}

void addLayer(const RandomModelShape& shape, int64_t layer, SafetensorsWriter& writer)
{
    const std::string prefix = fmt::format("model.layers.{}.", layer);
    const int64_t headDim = shape.hidden / shape.heads;
    const auto add = [&](const char* name, int64_t rows, int64_t columns) {
        const std::string full = prefix + name + ".weight";
        writer.add(full, randomMatrix(shape, full, rows, columns));
    };
    writer.add(prefix + "input_layernorm.weight", ones(shape));
    writer.add(prefix + "post_attention_layernorm.weight", ones(shape));
    add("self_attn.q_proj", shape.hidden, shape.hidden);
    add("self_attn.k_proj", shape.kvHeads * headDim, shape.hidden);
    add("self_attn.v_proj", shape.kvHeads * headDim, shape.hidden);
    add("self_attn.o_proj", shape.hidden, shape.hidden);
    add("mlp.gate_proj", shape.feedForward, shape.hidden);
    add("mlp.up_proj", shape.feedForward, shape.hidden);
    add("mlp.down_proj", shape.hidden, shape.feedForward);
}

std::string configText(const RandomModelShape& shape)
{
    const Json config{{"architectures", {"LlamaForCausalLM"}},
                      {"model_type", "llama"},
                      {"hidden_size", shape.hidden},
                      {"intermediate_size", shape.feedForward},
                      {"num_hidden_layers", shape.layers},
                      {"num_attention_heads", shape.heads},
                      {"num_key_value_heads", shape.kvHeads},
                      {"vocab_size", shape.vocabulary},
                      {"max_position_embeddings", shape.context},
                      {"rms_norm_eps", 1e-5},
                      {"rope_theta", 10000.0},
                      {"hidden_act", "silu"},
                      {"tie_word_embeddings", shape.tied}};
    return config.dump(2) + "\n";
}

struct NamedShape {
    const char* name;
    RandomModelShape shape;
};

const std::vector<NamedShape>& namedShapes()
{
    static const std::vector<NamedShape> rows{
        {"tiny", {128, 4, 4, 2, 352, 1024, 1024}},
        {"100m", {768, 14, 12, 4, 2048, 8192, 2048}},
        {"280m", {1024, 22, 16, 4, 2816, 8192, 2048}},
    };
    return rows;
}

void requireSensible(const RandomModelShape& shape)
{
    const bool positive = shape.hidden > 0 && shape.layers > 0 && shape.heads > 0 && shape.kvHeads > 0 &&
                          shape.feedForward > 0 && shape.vocabulary > 0 && shape.context > 0;
    if (!positive || shape.hidden % shape.heads != 0 || shape.heads % shape.kvHeads != 0)
        fail(ErrorCode::BadUsage, "the shape of the random model does not fit together");
    if (shape.dtype != DType::F32 && shape.dtype != DType::F16 && shape.dtype != DType::BF16)
        fail(ErrorCode::BadUsage, "a random model is stored as F32, F16 or BF16");
}

} // namespace

int64_t RandomModelShape::parameters() const
{
    const int64_t keyWidth = hidden / heads * kvHeads;
    const int64_t layer = 2 * hidden * hidden + 2 * hidden * keyWidth + 3 * hidden * feedForward + 2 * hidden;
    return layers * layer + (tied ? 1 : 2) * vocabulary * hidden + hidden;
}

std::vector<std::string> randomModelNames()
{
    std::vector<std::string> names;
    for (const NamedShape& row : namedShapes()) names.emplace_back(row.name);
    return names;
}

RandomModelShape randomModelShape(const std::string& name)
{
    for (const NamedShape& row : namedShapes())
        if (name == row.name) return row.shape;
    fail(ErrorCode::BadUsage, "there is no random model '{}'{}", name, didYouMean(name, randomModelNames()));
}

void writeRandomModel(const RandomModelShape& shape, const std::filesystem::path& folder, JobContext& job)
{
    requireSensible(shape);
    if (std::filesystem::exists(folder)) fail(ErrorCode::BadUsage, "'{}' exists already", folder.string());
    SafetensorsWriter writer;
    writer.setMetadata("format", "pt");
    writer.add("model.embed_tokens.weight",
               randomMatrix(shape, "model.embed_tokens.weight", shape.vocabulary, shape.hidden));
    for (int64_t layer = 0; layer < shape.layers; ++layer) {
        job.report(0.9 * double(layer) / double(shape.layers), fmt::format("layer {} of {}", layer + 1, shape.layers));
        addLayer(shape, layer, writer);
    }
    writer.add("model.norm.weight", ones(shape));
    if (!shape.tied)
        writer.add("lm_head.weight", randomMatrix(shape, "lm_head.weight", shape.vocabulary, shape.hidden));
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) failErrno(code.value(), fmt::format("cannot make the folder '{}'", folder.string()));
    try {
        writeFileAtomically(folder / "model.safetensors", [&](Sink& sink) { writer.write(sink); });
        writeFileAtomically(folder / "config.json", configText(shape));
    } catch (...) {
        std::filesystem::remove_all(folder, code);
        throw;
    }
    job.report(1, "written");
}

} // namespace paretoscope
