#include "plugins/quantization/block_mix.h"

#include "core/base/error.h"

#include <string_view>

namespace paretoscope::quantization {

namespace {

struct MixRow {
    const char* name;
    const char* base;
};

constexpr MixRow mixes[]{
    {"Q4_K_M", "Q4_K"}, {"Q2_K", "Q2_K"},     {"Q2_K_S", "Q2_K"},   {"Q3_K_S", "Q3_K"}, {"Q3_K_M", "Q3_K"},
    {"Q3_K_L", "Q3_K"}, {"Q4_K_S", "Q4_K"},   {"Q5_K_S", "Q5_K"},   {"Q5_K_M", "Q5_K"}, {"Q6_K", "Q6_K"},
    {"Q8_0", "Q8_0"},   {"IQ4_NL", "IQ4_NL"}, {"IQ4_XS", "IQ4_XS"}, {"Q4_0", "Q4_0"},   {"Q4_1", "Q4_1"},
    {"Q5_0", "Q5_0"},   {"Q5_1", "Q5_1"},     {"TQ1_0", "TQ1_0"},   {"TQ2_0", "TQ2_0"}, {"MXFP4", "MXFP4"},
    {"NVFP4", "NVFP4"},
};

// The first and the last eighth of the blocks and every third between them.
bool more(int block, int blocks)
{
    return block < blocks / 8 || block >= 7 * blocks / 8 || (block - blocks / 8) % 3 == 2;
}

} // namespace

const std::vector<std::string>& blockMixNames()
{
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const MixRow& row : mixes) all.emplace_back(row.name);
        return all;
    }();
    return names;
}

BlockMix::BlockMix(const std::string& name, bool pure, bool importance, const Model& model)
    : name_(name), pure_(pure), importance_(importance), blocks_(int(model.blocks.size()))
{
    for (const MixRow& row : mixes)
        if (name == row.name) base_ = row.base;
    if (!base_) fail(ErrorCode::BadUsage, "there is no mix of blocks '{}'", name);
    if (model.config.blocks.empty()) return;
    const BlockConfig& block = model.config.blocks.front();
    if (block.kvHeads > 0) queriesPerKey_ = block.heads / block.kvHeads;
    eightExperts_ = block.moe.experts == 8;
}

const char* BlockMix::typeOfValue(int block) const
{
    if (eightExperts_) return "Q8_0";
    const bool shared = queriesPerKey_ >= 4;
    if (name_ == "Q2_K") return shared ? "Q4_K" : "Q3_K";
    if (name_ == "Q2_K_S" && shared) return "Q4_K";
    if (name_ == "Q3_K_M") return block < 2 ? "Q5_K" : "Q4_K";
    if (name_ == "Q3_K_L") return "Q5_K";
    if ((name_ == "IQ4_NL" || name_ == "IQ4_XS") && shared) return "Q5_K";
    if ((name_ == "Q4_K_M" || name_ == "Q5_K_M") && more(block, blocks_)) return "Q6_K";
    if (name_ == "Q4_K_S" && block < 4) return "Q5_K";
    return base_;
}

const char* BlockMix::typeOfDown(int block) const
{
    const bool first = block < blocks_ / 8;
    if (name_ == "Q2_K") return "Q3_K";
    if (name_ == "Q2_K_S") return first ? "Q4_K" : base_;
    if (name_ == "Q3_K_M") return block < blocks_ / 16 ? "Q5_K" : "Q4_K";
    if (name_ == "Q3_K_L") return "Q5_K";
    if ((name_ == "Q4_K_M" || name_ == "Q5_K_M") && more(block, blocks_)) return "Q6_K";
    if ((name_ == "Q4_K_S" || ((name_ == "IQ4_NL" || name_ == "IQ4_XS") && !importance_)) && first) return "Q5_K";
    if (name_ == "Q4_0" && importance_ && first) return "Q4_1";
    if (name_ == "Q5_0" && importance_ && first) return "Q5_1";
    return base_;
}

const char* BlockMix::typeOfOutput() const
{
    if (eightExperts_)
        for (const char* name : {"Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "IQ4_NL", "IQ4_XS"})
            if (name_ == name) return "Q5_K";
    if (name_ == "Q2_K") return "Q3_K";
    if (name_ == "Q3_K_M") return "Q4_K";
    if (name_ == "Q3_K_L") return "Q5_K";
    return base_;
}

const BlockFormat& BlockMix::typeOf(const LinearId& id) const
{
    const char* type = base_;
    if (pure_) type = base_;
    else if (id.role == "attention.value") type = typeOfValue(id.block);
    else if (id.role == "attention.key" && eightExperts_) type = "Q8_0";
    else if (id.role == "attention.output") type = typeOfOutput();
    else if (id.role.ends_with("down") && !id.role.starts_with("attention")) type = typeOfDown(id.block);
    return *blockFormatByName(type);
}

const BlockFormat& BlockMix::typeOfHead() const
{
    return *blockFormatByName(pure_ || std::string_view(base_) == "Q8_0" ? base_ : "Q6_K");
}

const BlockFormat& BlockMix::typeOfEmbedding() const
{
    return *blockFormatByName(!pure_ && std::string_view(base_).starts_with("TQ") ? "Q4_K" : base_);
}

const BlockFormat* fittingType(const BlockFormat& wished, int64_t columns)
{
    if (columns % wished.elements == 0) return &wished;
    constexpr std::pair<const char*, const char*> fallbacks[]{
        {"Q2_K", "IQ4_NL"}, {"Q3_K", "IQ4_NL"}, {"IQ4_XS", "IQ4_NL"}, {"Q4_K", "Q5_0"},
        {"Q5_K", "Q5_1"},   {"Q6_K", "Q8_0"},   {"TQ1_0", "Q4_0"},    {"TQ2_0", "Q4_0"},
    };
    for (const auto& [from, to] : fallbacks)
        if (std::string_view(wished.name) == from) return fittingType(*blockFormatByName(to), columns);
    return nullptr;
}

} // namespace paretoscope::quantization
