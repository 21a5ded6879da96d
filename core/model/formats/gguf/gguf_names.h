// How GGUF spells the tensors that Hugging Face folders name otherwise.
//
// Source: github.com/ggml-org/llama.cpp, gguf-py/gguf/tensor_mapping.py and constants.py.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

// Names without ".weight" and ".bias". '#' stands for the layer, '*' for a slice (an expert or a
// head) of the stored tensor's outermost extent.
struct GgufNameRule {
    std::string_view family; // "model.layers.#.self_attn.q_proj"
    std::string_view stored; // "blk.#.attn_q"
};

struct GgufName {
    std::string stem;   // "blk.3.attn_q"
    int64_t slice = -1; // -1: the whole tensor
};

// Of all families; rules of one family that say otherwise come before these.
std::span<const GgufNameRule> commonGgufNames();

// What the rule makes of a name; nothing when it does not apply.
std::optional<GgufName> applyGgufRule(const GgufNameRule& rule, std::string_view stem);

} // namespace paretoscope
