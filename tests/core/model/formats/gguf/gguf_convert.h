// Turns folders of the golden data into GGUF files as the usual converter does, with names and
// rules written down here once more.
#pragma once

#include "core/base/half.h"
#include "tests/core/model/formats/gguf/gguf_writer.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace paretoscope::test {

struct Matrix {
    std::vector<int64_t> shape;
    std::vector<float> values;
};

inline Matrix matrixOf(const RawTensor& tensor)
{
    Matrix matrix{tensor.shape, {}};
    if (tensor.dtype == "F32") {
        matrix.values.resize(tensor.bytes.size() / 4);
        std::memcpy(matrix.values.data(), tensor.bytes.data(), tensor.bytes.size());
        return matrix;
    }
    if (tensor.dtype != "F16" && tensor.dtype != "BF16") return matrix;
    for (size_t i = 0; i < tensor.bytes.size(); i += 2) {
        uint16_t bits = 0;
        std::memcpy(&bits, tensor.bytes.data() + i, 2);
        matrix.values.push_back(tensor.dtype == "F16" ? halfToFloat(bits) : bfloat16ToFloat(bits));
    }
    return matrix;
}

// Rows of a matrix in another order.
inline Matrix reordered(const Matrix& from, const std::function<int64_t(int64_t)>& sourceOf)
{
    Matrix to = from;
    const int64_t width = from.shape.size() > 1 ? from.shape[1] : 1;
    for (int64_t row = 0; row < from.shape[0]; ++row)
        std::copy_n(from.values.begin() + sourceOf(row) * width, width, to.values.begin() + row * width);
    return to;
}

// The two halves of every head become pairs side by side.
inline Matrix paired(const Matrix& from, int64_t heads)
{
    const int64_t dim = from.shape[0] / heads;
    return reordered(from, [dim](int64_t row) {
        const int64_t in = row % dim;
        return row / dim * dim + in % 2 * (dim / 2) + in / 2;
    });
}

// From query heads, key and value of each group to all queries, all keys, all values.
inline Matrix stacked(const Matrix& from, int64_t groups, int64_t headDim)
{
    const int64_t perGroup = from.shape[0] / groups / headDim; // queries, key, value
    const int64_t queries = (perGroup - 2) * groups;           // heads
    return reordered(from, [=](int64_t row) {
        const int64_t head = row / headDim;
        int64_t group = 0;
        int64_t place = 0;
        if (head < queries) {
            group = head / (perGroup - 2);
            place = head % (perGroup - 2);
        } else {
            group = (head - queries) % groups;
            place = perGroup - 2 + (head - queries) / groups;
        }
        return (group * perGroup + place) * headDim + row % headDim;
    });
}

inline Matrix turned(const Matrix& from)
{
    Matrix to{{from.shape[1], from.shape[0]}, std::vector<float>(from.values.size())};
    for (int64_t r = 0; r < from.shape[0]; ++r)
        for (int64_t c = 0; c < from.shape[1]; ++c)
            to.values[size_t(c * from.shape[0] + r)] = from.values[size_t(r * from.shape[1] + c)];
    return to;
}

class GgufConversion {
public:
    using Names = std::vector<std::pair<std::string, std::string>>;

    GgufConversion(const std::filesystem::path& folder, std::string architecture)
        : config(readJsonFile(folder / "config.json"))
        , arch(std::move(architecture))
    {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const std::string name = entry.path().filename();
            if (!name.starts_with("model") || !name.ends_with(".safetensors")) continue;
            for (auto& [tensor, raw] : readRaw(entry.path())) tensors[tensor] = matrixOf(raw);
        }
        writer.string("general.architecture", arch);
    }

    GgufConversion(Json ofFamily, std::map<std::string, Matrix> weights, std::string architecture)
        : config(std::move(ofFamily))
        , arch(std::move(architecture))
        , tensors(std::move(weights))
    {
        writer.string("general.architecture", arch);
    }

    template <class T> T field(const std::vector<const char*>& names, T fallback) const
    {
        for (const char* name : names)
            if (config.contains(name) && !config.at(name).is_null()) return config.at(name).get<T>();
        return fallback;
    }
    int64_t integer(const std::vector<const char*>& names, int64_t fallback = 0) const
    {
        return field<int64_t>(names, fallback);
    }

    // Keys that every architecture has.
    void extents()
    {
        hidden = integer({"hidden_size", "n_embd"});
        heads = integer({"num_attention_heads", "n_head"});
        kvHeads = integer({"num_key_value_heads", "num_kv_heads"}, heads);
        put("embedding_length", hidden);
        put("attention.head_count", heads);
        put("attention.head_count_kv", kvHeads);
        put("block_count", integer({"num_hidden_layers", "n_layer"}));
        put("context_length", integer({"max_position_embeddings", "n_positions", "seq_length"}, 2048));
        put("feed_forward_length", integer({"intermediate_size", "ffn_hidden_size", "n_inner"}, 4 * hidden));
        if (const int64_t dim = integer({"head_dim"})) {
            put("attention.key_length", dim);
            put("attention.value_length", dim);
        }
        real("attention.layer_norm_rms_epsilon", {"rms_norm_eps"});
        real("attention.layer_norm_epsilon", {"layer_norm_epsilon", "layer_norm_eps", "norm_epsilon", "norm_eps"});
        real("rope.freq_base", {"rope_theta"});
    }
    void put(const std::string& key, int64_t value) { writer.integer(arch + "." + key, uint32_t(value)); }
    void real(const std::string& key, const std::vector<const char*>& names)
    {
        const double value = field<double>(names, -1);
        if (value >= 0) writer.number(arch + "." + key, value);
    }
    int64_t headDim() const { return integer({"head_dim"}, hidden / heads); }

    // Puts the experts of a layer and part on top of each other: "a.experts.<n>.<part>" for each pair
    // of part and GGUF name.
    void stackExperts(const std::string& before, const Names& parts, int64_t experts)
    {
        for (int64_t layer = 0; layer < integer({"num_hidden_layers"}); ++layer)
            for (const auto& [part, name] : parts) {
                Matrix stack;
                for (int64_t e = 0; e < experts; ++e) {
                    const auto found = tensors.find("model.layers." + std::to_string(layer) + before +
                                                    std::to_string(e) + "." + part + ".weight");
                    if (found == tensors.end()) break;
                    stack.shape = {experts, found->second.shape[0], found->second.shape[1]};
                    stack.values.insert(stack.values.end(), found->second.values.begin(), found->second.values.end());
                    tensors.erase(found);
                }
                if (!stack.values.empty())
                    tensors["blk." + std::to_string(layer) + "." + name + ".weight"] = std::move(stack);
            }
    }

    // `change` may edit a tensor by its new name.
    std::string file(const Names& names, const std::function<void(const std::string&, Matrix&)>& change = {})
    {
        for (auto& [from, matrix] : tensors) {
            if (matrix.values.empty() || from.ends_with(".attn.bias")) continue; // masks
            std::string name = from;
            for (const auto& [part, replacement] : names)
                if (const size_t at = name.find(part); at != name.npos) name.replace(at, part.size(), replacement);
            if (change) change(name, matrix);
            const std::string bytes(reinterpret_cast<const char*>(matrix.values.data()), matrix.values.size() * 4);
            writer.tensor(name, {0, matrix.shape, bytes});
        }
        return writer.file();
    }

    Json config;
    std::string arch;
    std::map<std::string, Matrix> tensors;
    GgufWriter writer;
    int64_t hidden = 0;
    int64_t heads = 0;
    int64_t kvHeads = 0;
};

inline GgufConversion::Names llamaNames(GgufConversion::Names first = {})
{
    const GgufConversion::Names common{{"model.embed_tokens.", "token_embd."},
                                       {"model.norm.", "output_norm."},
                                       {"lm_head.", "output."},
                                       {"model.layers.", "blk."},
                                       {".input_layernorm.", ".attn_norm."},
                                       {".post_attention_layernorm.", ".ffn_norm."},
                                       {".self_attn.q_proj.", ".attn_q."},
                                       {".self_attn.k_proj.", ".attn_k."},
                                       {".self_attn.v_proj.", ".attn_v."},
                                       {".self_attn.o_proj.", ".attn_output."},
                                       {".self_attn.q_norm.", ".attn_q_norm."},
                                       {".self_attn.k_norm.", ".attn_k_norm."},
                                       {".mlp.gate_proj.", ".ffn_gate."},
                                       {".mlp.up_proj.", ".ffn_up."},
                                       {".mlp.down_proj.", ".ffn_down."},
                                       {".mlp.gate.", ".ffn_gate_inp."}};
    first.insert(first.end(), common.begin(), common.end());
    return first;
}

} // namespace paretoscope::test
