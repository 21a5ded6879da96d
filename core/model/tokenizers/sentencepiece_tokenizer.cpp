#include "core/model/tokenizers/sentencepiece_tokenizer.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/tokenizers/decoders.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/text_normalizers.h"
#include "core/model/tokenizers/tokenizer_json.h"
#include "core/model/tokenizers/unigram_model.h"

#include <unordered_set>

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxFileBytes = 128 << 20;

using Algorithm = SentencePieceFile::Algorithm;

TokenModelPtr modelOf(SentencePieceFile& file, const std::string& where)
{
    ScoredPieces pieces;
    pieces.vocabulary = Vocabulary::fromList(std::move(file.pieces), where);
    pieces.scores = std::move(file.scores);
    pieces.types = std::move(file.types);
    if (file.unknown >= 0) pieces.unknown = file.unknown;
    pieces.byteFallback = file.byteFallback;
    pieces.fuseUnknown = true;
    if (file.algorithm == Algorithm::Unigram)
        return std::make_shared<UnigramModel>(std::move(pieces));
    if (file.algorithm == Algorithm::Bpe)
        return std::make_shared<ScoredBpeModel>(std::move(pieces));
    fail(ErrorCode::Unsupported, "{}: models of whole words or characters are not supported",
         where);
}

DecoderPtr decoderOf(bool addPrefix)
{
    std::vector<DecoderPtr> steps{
        std::make_shared<MetaspaceDecoder>(std::string(spaceMark), addPrefix),
        std::make_shared<ByteFallbackDecoder>()};
    return std::make_shared<DecoderSequence>(std::move(steps));
}

bool isT5Class(const std::string& name)
{
    return name.starts_with("T5Tokenizer") || name.starts_with("MT5Tokenizer");
}

// The model file knows its tokens better than config.json does.
void adoptRole(RoleToken& role, std::optional<int32_t> id)
{
    if (role.content || role.none) return;
    if (id) role.id = id;
    role.none = !role.id;
}

} // namespace

std::vector<AddedToken> addedTokensOf(const std::vector<std::string>& pieces,
                                      const std::vector<PieceType>& types)
{
    std::vector<AddedToken> tokens;
    std::unordered_set<std::string_view> seen;
    for (size_t id = 0; id < pieces.size(); ++id) {
        const PieceType type = types[id];
        const bool special = type == PieceType::Control || type == PieceType::Unknown;
        if ((!special && type != PieceType::UserDefined) || pieces[id].empty()) continue;
        if (!seen.insert(pieces[id]).second) continue;
        AddedToken token;
        token.id = int32_t(id);
        token.content = pieces[id];
        token.special = special;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

TokenizerParts sentencePieceParts(SentencePieceFile file, bool prefixAfterTokens,
                                  const std::string& where)
{
    if (file.spaceAsSuffix)
        fail(ErrorCode::Unsupported, "{}: spaces behind words are not supported", where);
    TokenizerParts parts;
    parts.source = where;
    parts.addedTokens = addedTokensOf(file.pieces, file.types);
    if (file.begin >= 0) parts.beginToken = file.begin;
    if (file.end >= 0) parts.endToken = file.end;
    SentencePieceSettings settings;
    settings.addPrefix = file.addPrefix;
    settings.prefixAfterTokens = prefixAfterTokens;
    settings.collapseSpaces = file.collapseSpaces;
    settings.markSpaces = file.markSpaces;
    parts.normalizer =
        std::make_shared<SentencePieceNormalizer>(Charsmap(file.charsmap, where), settings);
    parts.decoder = decoderOf(file.addPrefix);
    parts.model = modelOf(file, where);
    parts.kind = parts.model->kind();
    cutAtWordStarts(parts);
    return parts;
}

std::shared_ptr<const PipelineTokenizer> openSentencePieceFile(const std::filesystem::path& path,
                                                               const TokenizerSettings& given)
{
    const std::string where = path.string();
    TokenizerParts parts = sentencePieceParts(
        parseSentencePieceFile(readFile(path, maxFileBytes), where), true, where);
    parts.chatTemplate = given.chatTemplate;
    TokenizerSettings settings = given;
    // What the classes do whose files these are: T5 ends a text, the others begin one.
    const bool endsTexts = isT5Class(settings.tokenizerClass);
    if (!settings.addBegin) settings.addBegin = !endsTexts;
    if (!settings.addEnd) settings.addEnd = endsTexts;
    joinAddedTokens(parts, settings.addedTokens);
    adoptRole(settings.begin, parts.beginToken);
    adoptRole(settings.end, parts.endToken);
    settleRoles(parts, settings);
    return std::make_shared<PipelineTokenizer>(std::move(parts));
}

} // namespace paretoscope::tokenizers
