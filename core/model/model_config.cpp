#include "core/model/model_config.h"

#include "core/base/error.h"

namespace paretoscope {

int64_t ModelConfig::kvBytesPerToken() const
{
    constexpr int64_t nominalElementBytes = 2;
    int64_t elements = 0;
    for (const BlockConfig& block : blocks) {
        if (block.mla.kvRank > 0)
            elements += block.mla.kvRank + block.mla.ropeDim; // the latent row is what must be kept
        else
            elements += block.kvHeads * (block.headDim + block.valueDim);
    }
    return elements * nominalElementBytes;
}

namespace {

void requireRange(int64_t value, int64_t low, int64_t high, const char* what, const std::string& where)
{
    if (value < low || value > high)
        fail(ErrorCode::BadFile, "{}: {} is {}, outside {} to {}", where, what, value, low, high);
}

void validateRope(const RopeConfig& rope, const std::string& where)
{
    requireRange(rope.dimensions, 0, 1 << 16, "rope dimensions", where);
    if (rope.dimensions % 2 != 0) fail(ErrorCode::BadFile, "{}: rope dimensions must be even", where);
    if (!(rope.theta > 0)) fail(ErrorCode::BadFile, "{}: rope_theta must be positive", where);
    if (!(rope.factor > 0)) fail(ErrorCode::BadFile, "{}: the rope scaling factor must be positive", where);
    const auto pairs = size_t(rope.dimensions / 2);
    for (const auto* factors : {&rope.longFactors, &rope.shortFactors, &rope.frequencyFactors})
        if (!factors->empty() && factors->size() != pairs)
            fail(ErrorCode::BadFile, "{}: rope scaling has {} factors for {} pairs", where, factors->size(),
                 pairs);
    if (rope.scaling == RopeScalingKind::LongRope && (rope.longFactors.empty() || rope.shortFactors.empty()))
        fail(ErrorCode::BadFile, "{}: longrope needs long_factor and short_factor", where);
}

void validateMoe(const MoeConfig& moe, const std::string& where)
{
    requireRange(moe.experts, 0, 1 << 14, "the number of experts", where);
    if (moe.experts == 0) return;
    requireRange(moe.used, 1, moe.experts, "the number of experts per token", where);
    requireRange(moe.groups, 1, moe.experts, "the number of expert groups", where);
    requireRange(moe.groupsUsed, 1, moe.groups, "the number of expert groups per token", where);
    if (moe.experts % moe.groups != 0)
        fail(ErrorCode::BadFile, "{}: {} experts are not a multiple of {} groups", where, moe.experts,
             moe.groups);
    if (moe.groups > 1 && moe.used > moe.groupsUsed * (moe.experts / moe.groups))
        fail(ErrorCode::BadFile, "{}: {} experts per token do not fit into {} groups", where, moe.used,
             moe.groupsUsed);
}

void validateMla(const BlockConfig& block, const std::string& where)
{
    const MlaConfig& mla = block.mla;
    requireRange(mla.kvRank, 0, 1 << 16, "the latent width of keys and values", where);
    if (mla.kvRank == 0) return;
    requireRange(mla.queryRank, 0, 1 << 16, "the latent width of queries", where);
    requireRange(mla.nopeDim, 1, 1 << 14, "the width of a head without rotation", where);
    requireRange(mla.ropeDim, 0, 1 << 14, "the rotated width of a head", where);
    if (block.headDim != mla.nopeDim + mla.ropeDim)
        fail(ErrorCode::BadFile, "{}: the head dimension is {}, expected {} + {}", where, block.headDim,
             mla.nopeDim, mla.ropeDim);
}

void validateBlock(const BlockConfig& block, const ModelConfig& config, const std::string& where)
{
    constexpr int64_t most = 1 << 20;
    requireRange(block.heads, 0, 1 << 14, "the number of attention heads", where);
    requireRange(block.feedForward, 0, most, "the feed-forward width", where);
    requireRange(block.window, 0, int64_t{1} << 40, "the sliding window", where);
    validateMoe(block.moe, where);
    if (block.heads == 0) return;
    requireRange(block.kvHeads, 1, block.heads, "the number of key-value heads", where);
    requireRange(block.headDim, 1, 1 << 14, "the head dimension", where);
    requireRange(block.valueDim, 1, 1 << 14, "the value dimension", where);
    if (block.heads % block.kvHeads != 0)
        fail(ErrorCode::BadFile, "{}: {} attention heads are not a multiple of {} key-value heads", where,
             block.heads, block.kvHeads);
    validateMla(block, where);
    if (block.positions != PositionKind::Rope) return;
    requireRange(block.ropeIndex, 0, int64_t(config.ropes.size()) - 1, "the rope index", where);
    const int64_t rotated = config.ropes[size_t(block.ropeIndex)].dimensions;
    requireRange(rotated, 0, block.mla.kvRank > 0 ? block.mla.ropeDim : block.headDim,
                 "the number of rotated dimensions", where);
}

} // namespace

void validateConfig(const ModelConfig& config, const std::string& where)
{
    requireRange(config.hidden, 1, 1 << 20, "the hidden size", where);
    requireRange(config.vocabulary, 1, 1 << 26, "the vocabulary size", where);
    requireRange(config.contextLength, 1, int64_t{1} << 40, "the context length", where);
    requireRange(int64_t(config.blocks.size()), 1, 4096, "the number of layers", where);
    requireRange(config.learnedPositionOffset, 0, 1 << 16, "the offset of learned positions", where);
    requireRange(config.tokenTypes, 0, 1 << 16, "the number of token types", where);
    for (const RopeConfig& rope : config.ropes) validateRope(rope, where);
    for (const BlockConfig& block : config.blocks) validateBlock(block, config, where);
}

} // namespace paretoscope
