// Which block type each matrix of a model gets under the name of a mix.
//
// Source: llama.cpp, src/llama-quant.cpp: the rules of its quantizer.
#pragma once

#include "core/model/model.h"
#include "core/tensor/block_format.h"

#include <string>
#include <vector>

namespace paretoscope::quantization {

// "Q4_K_M", then the others; block types are among them by their own names.
const std::vector<std::string>& blockMixNames();

class BlockMix {
public:
    // `pure`: every matrix gets the base type. `importance`: whether inputs are weighted, which changes
    // what some mixes spend. Error(BadUsage) for a name that is none.
    BlockMix(const std::string& name, bool pure, bool importance, const Model& model);

    // The type of one map of the blocks, of the head (tied or not) and of an embedding with a head of its own.
    const BlockFormat& typeOf(const LinearId& id) const;
    const BlockFormat& typeOfHead() const;
    const BlockFormat& typeOfEmbedding() const;

private:
    const char* typeOfValue(int block) const;
    const char* typeOfDown(int block) const;
    const char* typeOfOutput() const;

    std::string name_;
    const char* base_ = nullptr;
    bool pure_, importance_;
    int blocks_;
    int64_t queriesPerKey_ = 1; // heads that share one key
    bool eightExperts_ = false;
};

// The type for rows of `columns` values: the wished one, else the one that llama.cpp falls back to; null when
// no block type divides them.
const BlockFormat* fittingType(const BlockFormat& wished, int64_t columns);

} // namespace paretoscope::quantization
