#include "core/model/tokenizers/gguf_tokenizer.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/decoders.h"
#include "core/model/tokenizers/gguf_pre_tokenizers.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/pre_tokenizers.h"
#include "core/model/tokenizers/sentencepiece_tokenizer.h"
#include "core/model/tokenizers/text_normalizers.h"
#include "core/model/tokenizers/unicode.h"
#include "core/model/tokenizers/word_models.h"

#include <cmath>

namespace paretoscope::tokenizers {

namespace {

std::optional<int32_t> present(const GgufVocabulary& from, std::optional<int64_t> id)
{
    if (!id || *id < 0 || *id >= int64_t(from.tokens.size())) return std::nullopt;
    return int32_t(*id);
}

std::vector<PieceType> typesOf(const GgufVocabulary& from)
{
    std::vector<PieceType> types(from.tokens.size(), PieceType::Normal);
    for (size_t id = 0; id < from.tokenTypes.size(); ++id) {
        const int32_t number = from.tokenTypes[id];
        if (number < 0 || number > 6)
            fail(ErrorCode::BadFile, "{}: 'tokenizer.ggml.token_type' of token {} is {}",
                 from.source, id, number);
        types[id] = number == 0 ? PieceType::Normal : PieceType(number);
    }
    return types;
}

void checkTables(const GgufVocabulary& from)
{
    const auto check = [&](const char* field, size_t count) {
        if (count != 0 && count != from.tokens.size())
            fail(ErrorCode::BadFile, "{}: '{}' has {} entries for {} tokens", from.source, field,
                 count, from.tokens.size());
    };
    if (from.tokens.empty())
        fail(ErrorCode::BadFile, "{}: 'tokenizer.ggml.tokens' is empty", from.source);
    check("tokenizer.ggml.scores", from.scores.size());
    check("tokenizer.ggml.token_type", from.tokenTypes.size());
    for (size_t id = 0; id < from.tokens.size(); ++id)
        if (firstInvalidUtf8(from.tokens[id]))
            fail(ErrorCode::BadFile, "{}: 'tokenizer.ggml.tokens': token {} is not UTF-8",
                 from.source, id);
    for (size_t id = 0; id < from.scores.size(); ++id)
        if (!std::isfinite(from.scores[id]))
            fail(ErrorCode::BadFile, "{}: 'tokenizer.ggml.scores': token {} has no finite score",
                 from.source, id);
}

TokenizerParts sentencePieceTables(GgufVocabulary& from, SentencePieceFile::Algorithm algorithm)
{
    SentencePieceFile file;
    file.algorithm = algorithm;
    file.types = typesOf(from);
    file.scores.assign(from.scores.begin(), from.scores.end());
    file.scores.resize(from.tokens.size());
    file.begin = file.end = -1; // set by the caller
    file.unknown = present(from, from.unknown).value_or(-1);
    file.pieces = std::move(from.tokens);
    file.byteFallback = true;
    file.addPrefix = from.addSpacePrefix.value_or(true);
    file.collapseSpaces =
        from.removeExtraWhitespace.value_or(algorithm == SentencePieceFile::Algorithm::Unigram);
    file.charsmap = std::move(from.charsmap);
    for (size_t id = 0; id < file.types.size(); ++id)
        if (file.unknown < 0 && file.types[id] == PieceType::Unknown) file.unknown = int32_t(id);
    return sentencePieceParts(std::move(file), true, from.source);
}

std::vector<std::pair<std::string, std::string>> mergesOf(const GgufVocabulary& from)
{
    std::vector<std::pair<std::string, std::string>> merges;
    merges.reserve(from.merges.size());
    for (size_t rank = 0; rank < from.merges.size(); ++rank) {
        const std::string& merge = from.merges[rank];
        const size_t space = merge.empty() ? merge.npos : merge.find(' ', 1);
        if (space == merge.npos || space + 1 == merge.size())
            fail(ErrorCode::BadFile, "{}: 'tokenizer.ggml.merges': merge {} is not a pair",
                 from.source, rank);
        merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    return merges;
}

TokenizerParts bpeTables(GgufVocabulary& from, bool& addsBegin)
{
    const GgufPreTokenizer& named = ggufPreTokenizer(from.preTokenizer, from.source);
    TokenizerParts parts;
    parts.source = from.source;
    parts.addedTokens = addedTokensOf(from.tokens, typesOf(from));
    parts.preTokenizer = makePreTokenizer(named);
    BpeSettings settings;
    settings.ignoreMerges = named.ignoreMerges;
    settings.byteFallback = named.marksSpaces;
    if (named.marksSpaces) {
        parts.normalizer = std::make_shared<SentencePieceNormalizer>(
            Charsmap({}, from.source), SentencePieceSettings{false, false, false, true});
        parts.decoder = std::make_shared<DecoderSequence>(std::vector<DecoderPtr>{
            std::make_shared<MetaspaceDecoder>(std::string(spaceMark), false),
            std::make_shared<ByteFallbackDecoder>()});
    } else {
        parts.decoder = std::make_shared<ByteLevelDecoder>();
    }
    const auto merges = mergesOf(from);
    parts.model = std::make_shared<BpeModel>(
        Vocabulary::fromList(std::move(from.tokens), from.source), merges, std::move(settings),
        from.source + ": 'tokenizer.ggml.merges'");
    parts.kind = named.marksSpaces ? "SentencePiece BPE" : "byte-level BPE";
    if (named.marksSpaces) cutAtWordStarts(parts);
    addsBegin = named.addsBegin;
    return parts;
}

// The converter marked the beginnings of words and took the "##" from the rest.
TokenizerParts wordPieceTables(GgufVocabulary& from)
{
    TokenizerParts parts;
    parts.source = from.source;
    parts.addedTokens = addedTokensOf(from.tokens, typesOf(from));
    parts.normalizer = std::make_shared<BertNormalizer>(BertNormalizerSettings{});
    parts.preTokenizer = std::make_shared<PreTokenizerSequence>(std::vector<PreTokenizerPtr>{
        std::make_shared<ClassPreTokenizer>(isWhitespace, SplitBehavior::Removed),
        std::make_shared<ClassPreTokenizer>(isPunctuation, SplitBehavior::Isolated)});
    WordPieceSettings settings;
    settings.startPrefix = spaceMark;
    settings.continuingPrefix.clear();
    settings.unknown = present(from, from.unknown);
    parts.decoder = std::make_shared<MetaspaceDecoder>(std::string(spaceMark), true);
    parts.model = std::make_shared<WordPieceModel>(
        Vocabulary::fromList(std::move(from.tokens), from.source), std::move(settings));
    parts.kind = parts.model->kind();
    return parts;
}

TokenizerParts partsOf(GgufVocabulary& from, bool& addsBegin)
{
    if (from.model == "gpt2") return bpeTables(from, addsBegin);
    if (from.model == "bert") return wordPieceTables(from);
    if (from.model == "t5") return sentencePieceTables(from, SentencePieceFile::Algorithm::Unigram);
    if (from.model == "llama") {
        addsBegin = true;
        return sentencePieceTables(from, SentencePieceFile::Algorithm::Bpe);
    }
    fail(ErrorCode::Unsupported, "{}: 'tokenizer.ggml.model' is '{}', which is not supported",
         from.source, from.model);
}

} // namespace

std::shared_ptr<const Tokenizer> makeGgufTokenizer(GgufVocabulary from)
{
    checkTables(from);
    const bool bert = from.model == "bert";
    // BERT begins with [CLS] and ends with [SEP], under whichever names the file has them.
    const auto begin = bert && from.classification ? present(from, from.classification)
                                                   : present(from, from.begin);
    const auto end =
        bert && from.separator ? present(from, from.separator) : present(from, from.end);
    bool addsBegin = bert;
    const bool addsEnd = from.addEnd.value_or(bert || from.model == "t5");
    TokenizerParts parts = partsOf(from, addsBegin);
    addsBegin = from.addBegin.value_or(addsBegin);
    parts.beginToken = begin;
    parts.endToken = end;
    parts.chatTemplate = std::move(from.chatTemplate);
    if (addsBegin || addsEnd)
        parts.postProcessor.surround(addsBegin ? begin : std::nullopt,
                                     addsEnd ? end : std::nullopt);
    return std::make_shared<PipelineTokenizer>(std::move(parts));
}

} // namespace paretoscope::tokenizers
