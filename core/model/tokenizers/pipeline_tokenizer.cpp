#include "core/model/tokenizers/pipeline_tokenizer.h"

#include "core/base/error.h"
#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/byte_alphabet.h"
#include "core/model/tokenizers/encode_call.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/pre_tokenizers.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

AddedTokens addedTokensOf(const TokenizerParts& parts)
{
    std::vector<std::string> normalized;
    normalized.reserve(parts.addedTokens.size());
    for (const AddedToken& token : parts.addedTokens) {
        if (!token.normalized || !parts.normalizer) {
            normalized.push_back(token.content);
            continue;
        }
        EncodeContext context;
        context.source = parts.source;
        context.maxBytes = EncodeContext::limitFor(token.content.size());
        normalized.push_back(parts.normalizer->apply(token.content, context));
    }
    return AddedTokens(parts.addedTokens, normalized, parts.source + ": added_tokens");
}

} // namespace

void cutAtWordStarts(TokenizerParts& parts)
{
    if (parts.model->joinsAcrossWordStarts()) return;
    std::vector<PreTokenizerPtr> steps;
    if (parts.preTokenizer) steps.push_back(parts.preTokenizer);
    steps.push_back(std::make_shared<WordStartPreTokenizer>());
    parts.preTokenizer = std::make_shared<PreTokenizerSequence>(std::move(steps));
}

PipelineTokenizer::PipelineTokenizer(TokenizerParts parts)
    : parts_(std::move(parts))
    , added_(addedTokensOf(parts_))
{
    idLimit_ = parts_.model->vocabulary().idLimit();
    for (const AddedToken& token : added_.all())
        idLimit_ = std::max(idLimit_, token.id + 1);
    checkIds();
    findByteTokens();
}

void PipelineTokenizer::checkIds() const
{
    for (const AddedToken& token : added_.all()) {
        const std::string* piece = parts_.model->vocabulary().piece(token.id);
        if (piece && *piece != token.content)
            fail(ErrorCode::BadFile, "{}: added_tokens: the id {} of '{}' belongs to '{}'",
                 parts_.source, token.id, token.content, *piece);
    }
    for (const int32_t id : parts_.postProcessor.added())
        if (id >= idLimit_)
            fail(ErrorCode::BadFile, "{}: post_processor: the id {} is not in the vocabulary",
                 parts_.source, id);
}

void PipelineTokenizer::findByteTokens()
{
    const bool spelled = parts_.preTokenizer && parts_.preTokenizer->spellsBytes();
    for (int value = 0; value < 256; ++value) {
        const auto byte = uint8_t(value);
        const std::string piece =
            spelled ? std::string(byteSpelling(byte)) : byteFallbackPiece(byte);
        byteTokens_[size_t(value)] = parts_.model->vocabulary().find(piece).value_or(-1);
    }
}

std::vector<int32_t> PipelineTokenizer::encode(std::string_view text, bool addSpecial,
                                               bool parseSpecial) const
{
    std::vector<int32_t> ids = EncodeCall(*this, text, parseSpecial).run();
    return addSpecial ? parts_.postProcessor.apply(std::move(ids)) : ids;
}

std::string PipelineTokenizer::decode(const std::vector<int32_t>& ids, bool skipSpecial) const
{
    std::vector<DecodedToken> tokens;
    tokens.reserve(ids.size());
    for (const int32_t id : ids) {
        if (id < 0 || id >= idLimit_)
            fail(ErrorCode::BadUsage, "the token id {} is outside the vocabulary (0 to {})", id,
                 idLimit_ - 1);
        const AddedToken* added = added_.find(id);
        if (added && added->special && skipSpecial) continue;
        if (added) {
            tokens.push_back({added->content, true});
        } else if (const std::string* spelling = parts_.model->vocabulary().piece(id)) {
            tokens.push_back({*spelling, false});
        }
    }
    if (parts_.decoder) parts_.decoder->apply(tokens);
    std::string text;
    for (const DecodedToken& token : tokens) {
        if (!parts_.decoder && !text.empty()) text += ' ';
        text += token.text;
    }
    return text;
}

std::string PipelineTokenizer::piece(int32_t id) const
{
    if (const AddedToken* added = added_.find(id)) return added->content;
    const std::string* spelling = parts_.model->vocabulary().piece(id);
    return spelling ? *spelling : std::string();
}

std::optional<int32_t> PipelineTokenizer::idOf(std::string_view piece) const
{
    if (const AddedToken* added = added_.find(piece)) return added->id;
    return parts_.model->vocabulary().find(piece);
}

bool PipelineTokenizer::isSpecial(int32_t id) const
{
    const AddedToken* added = added_.find(id);
    return added && added->special;
}

} // namespace paretoscope::tokenizers
