// Every stored part of a model under its canonical name: one walk for writing, reading and
// checking, so that they cannot disagree.
//
// A visitor has linear(name, Linear&), norm(name, optional<NormParameters>&) and
// tensor(name, Tensor&). Names of linear maps are those of LinearId::text().
#pragma once

#include "core/model/model.h"

#include <fmt/format.h>
#include <string>

namespace paretoscope {

template <class FeedForwardType, class Visitor>
void visitFeedForward(const std::string& prefix, FeedForwardType& weights, Visitor& visitor)
{
    visitor.linear(prefix + "gate", weights.gate);
    visitor.linear(prefix + "up", weights.up);
    visitor.linear(prefix + "down", weights.down);
}

template <class AttentionType, class Visitor>
void visitAttention(const std::string& prefix, AttentionType& attention, Visitor& visitor)
{
    visitor.linear(prefix + "query", attention.query);
    visitor.linear(prefix + "query_down", attention.queryDown);
    visitor.linear(prefix + "query_up", attention.queryUp);
    visitor.linear(prefix + "kv_down", attention.kvDown);
    visitor.linear(prefix + "kv_up", attention.kvUp);
    visitor.linear(prefix + "key", attention.key);
    visitor.linear(prefix + "value", attention.value);
    visitor.linear(prefix + "output", attention.output);
    visitor.norm(prefix + "query_norm", attention.queryNorm);
    visitor.norm(prefix + "key_norm", attention.keyNorm);
    visitor.norm(prefix + "query_latent_norm", attention.queryLatentNorm);
    visitor.norm(prefix + "kv_latent_norm", attention.kvLatentNorm);
    visitor.tensor(prefix + "sinks", attention.sinks);
}

// `moe` must already hold its experts.
template <class MoeType, class Visitor>
void visitMoe(const std::string& prefix, MoeType& moe, Visitor& visitor)
{
    visitor.linear(prefix + "router", moe.router);
    visitor.tensor(prefix + "selection_bias", moe.selectionBias);
    for (size_t e = 0; e < moe.experts.size(); ++e)
        visitFeedForward(fmt::format("{}experts.{}.", prefix, e), moe.experts[e], visitor);
    visitFeedForward(prefix + "shared_expert.", moe.shared, visitor);
    visitor.linear(prefix + "shared_gate", moe.sharedGate);
}

template <class BlockType, class Visitor>
void visitBlock(size_t index, BlockType& block, Visitor& visitor)
{
    const std::string prefix = fmt::format("blocks.{}.", index);
    visitor.norm(prefix + "attention_norm", block.attentionNorm);
    visitAttention(prefix + "attention.", block.attention, visitor);
    visitor.norm(prefix + "post_attention_norm", block.postAttentionNorm);
    visitor.norm(prefix + "feed_forward_norm", block.feedForwardNorm);
    visitFeedForward(prefix + "feed_forward.", block.feedForward, visitor);
    if (block.moe) visitMoe(prefix, *block.moe, visitor);
    visitor.norm(prefix + "post_feed_forward_norm", block.postFeedForwardNorm);
}

// Everything outside the blocks.
template <class ModelType, class Visitor> void visitFrame(ModelType& model, Visitor& visitor)
{
    visitor.tensor("embedding", model.embedding);
    visitor.linear("embedding_map", model.embeddingMap);
    visitor.tensor("position_embedding", model.positionEmbedding);
    visitor.tensor("token_type_embedding", model.tokenTypeEmbedding);
    visitor.linear("embedding_projection", model.embeddingProjection);
    visitor.norm("embedding_norm", model.embeddingNorm);
    visitor.norm("final_norm", model.finalNorm);
    visitor.linear("output_projection", model.outputProjection);
    visitor.linear("output", model.output);
    visitor.linear("pooler", model.pooler);
}

// Of a tower beside its encoder.
template <class TowerType, class Visitor> void visitTower(TowerType& tower, Visitor& visitor)
{
    visitor.linear("patches", tower.patches);
    visitor.tensor("class_embedding", tower.classEmbedding);
    visitor.linear("projection_1", tower.projection1);
    visitor.linear("projection_2", tower.projection2);
    visitor.linear("picture_projection", tower.embeddingProjection);
}

template <class Visitor> void visitModel(const Model& model, Visitor& visitor)
{
    visitFrame(model, visitor);
    for (size_t i = 0; i < model.blocks.size(); ++i)
        visitBlock(i, *model.blocks[i], visitor);
}

} // namespace paretoscope
