// Files made by hand, byte by byte, independent of the code under test.
#pragma once

#include "core/base/file.h"
#include "core/base/json.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace paretoscope::test {

// Length, header and data of a safetensors file, as they are given.
inline std::string rawSafetensors(const std::string& header, const std::string& data)
{
    std::string file(8, '\0');
    const uint64_t length = header.size();
    std::memcpy(file.data(), &length, 8);
    return file + header + data;
}

struct RawTensor {
    std::string dtype;
    std::vector<int64_t> shape;
    std::string bytes;
};

inline RawTensor floats(std::vector<int64_t> shape, const std::vector<float>& values)
{
    return {
        "F32", std::move(shape),
        std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float))};
}

inline RawTensor constant(std::vector<int64_t> shape, float value)
{
    int64_t count = 1;
    for (const int64_t extent : shape)
        count *= extent;
    return floats(std::move(shape), std::vector<float>(size_t(count), value));
}

inline std::string rawSafetensors(const std::map<std::string, RawTensor>& tensors)
{
    Json header = Json::object();
    std::string data;
    for (const auto& [name, tensor] : tensors) {
        header[name] = {{"dtype", tensor.dtype},
                        {"shape", tensor.shape},
                        {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
        data += tensor.bytes;
    }
    return rawSafetensors(header.dump(), data);
}

// A second reader, of a dozen lines, for comparison: name to tensor.
inline std::map<std::string, RawTensor> readRaw(const std::filesystem::path& path)
{
    const std::string file = readFile(path);
    uint64_t length = 0;
    std::memcpy(&length, file.data(), 8);
    std::map<std::string, RawTensor> tensors;
    const Json header = Json::parse(file.substr(8, length));
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const size_t begin = entry["data_offsets"][0];
        const size_t end = entry["data_offsets"][1];
        tensors[name] = {entry["dtype"], entry["shape"],
                         file.substr(8 + length + begin, end - begin)};
    }
    return tensors;
}

inline Json tinyLlamaConfig()
{
    return {{"architectures", {"LlamaForCausalLM"}},
            {"model_type", "llama"},
            {"hidden_size", 8},
            {"intermediate_size", 16},
            {"num_hidden_layers", 1},
            {"num_attention_heads", 2},
            {"num_key_value_heads", 1},
            {"vocab_size", 12},
            {"max_position_embeddings", 32},
            {"rms_norm_eps", 1e-5},
            {"hidden_act", "silu"},
            {"tie_word_embeddings", false}};
}

// Every weight of tinyLlamaConfig, with a value of its own each.
inline std::map<std::string, RawTensor> tinyLlamaTensors()
{
    const std::string layer = "model.layers.0.";
    std::map<std::string, RawTensor> tensors{
        {"model.embed_tokens.weight", constant({12, 8}, 0.5f)},
        {"model.norm.weight", constant({8}, 1)},
        {"lm_head.weight", constant({12, 8}, 0.25f)},
        {layer + "input_layernorm.weight", constant({8}, 1)},
        {layer + "post_attention_layernorm.weight", constant({8}, 1)},
        {layer + "self_attn.q_proj.weight", constant({8, 8}, 0.1f)},
        {layer + "self_attn.k_proj.weight", constant({4, 8}, 0.2f)},
        {layer + "self_attn.v_proj.weight", constant({4, 8}, 0.3f)},
        {layer + "self_attn.o_proj.weight", constant({8, 8}, 0.4f)},
        {layer + "mlp.gate_proj.weight", constant({16, 8}, 0.6f)},
        {layer + "mlp.up_proj.weight", constant({16, 8}, 0.7f)},
        {layer + "mlp.down_proj.weight", constant({8, 16}, 0.8f)}};
    return tensors;
}

inline void writeText(const std::filesystem::path& path, const std::string& text)
{
    writeFileAtomically(path, text);
}

inline void writeTinyLlama(const std::filesystem::path& folder, const Json& config,
                           const std::map<std::string, RawTensor>& tensors)
{
    std::filesystem::create_directories(folder);
    writeText(folder / "config.json", config.dump());
    writeText(folder / "model.safetensors", rawSafetensors(tensors));
}

inline void writeTinyLlama(const std::filesystem::path& folder)
{
    writeTinyLlama(folder, tinyLlamaConfig(), tinyLlamaTensors());
}

} // namespace paretoscope::test
