#include "core/base/error.h"
#include "core/model/tokenizers/bpe_model.h"
#include "core/model/tokenizers/json_fields.h"
#include "core/model/tokenizers/tokenizer_json.h"
#include "core/model/tokenizers/unigram_model.h"
#include "core/model/tokenizers/word_models.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::tokenizers {

namespace {

Vocabulary vocabularyFromJson(const Json& json, const std::string& where)
{
    const Json& table = requireField(json, "vocab", where);
    if (!table.is_object()) fail(ErrorCode::BadFile, "{}: 'vocab' must be an object", where);
    std::vector<std::pair<std::string, int32_t>> pieces;
    pieces.reserve(table.size());
    for (const auto& [piece, id] : table.items())
        pieces.emplace_back(piece, requireTokenId(id, where + ".vocab: the id of '" + piece + "'"));
    return Vocabulary(std::move(pieces), where + ".vocab");
}

std::pair<std::string, std::string> mergeFromJson(const Json& json, size_t rank,
                                                  const std::string& where)
{
    if (json.is_array() && json.size() == 2 && json[0].is_string() && json[1].is_string())
        return {json[0].get<std::string>(), json[1].get<std::string>()};
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        const size_t space = text.find(' ');
        if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos)
            return {text.substr(0, space), text.substr(space + 1)};
    }
    fail(ErrorCode::BadFile, "{}.merges: merge {} is not a pair of pieces", where, rank);
}

std::vector<std::pair<std::string, std::string>> mergesFromJson(const Json& json,
                                                                const std::string& where)
{
    const Json& list = requireField(json, "merges", where);
    if (!list.is_array()) fail(ErrorCode::BadFile, "{}: 'merges' must be an array", where);
    std::vector<std::pair<std::string, std::string>> merges;
    merges.reserve(list.size());
    for (const Json& merge : list) {
        const bool comment =
            merge.is_string() && merge.get_ref<const std::string&>().starts_with("#version");
        if (!comment) merges.push_back(mergeFromJson(merge, merges.size(), where));
    }
    return merges;
}

std::optional<int32_t> unknownToken(const Json& json, const Vocabulary& vocabulary,
                                    const std::vector<AddedToken>& added, const std::string& where)
{
    const std::string content = optionalString(json, "unk_token", "", where);
    if (content.empty()) return std::nullopt;
    if (const auto id = vocabulary.find(content)) return id;
    const auto found = std::find_if(added.begin(), added.end(), [&](const AddedToken& token) {
        return token.content == content;
    });
    return found == added.end() ? std::nullopt : std::optional(found->id);
}

TokenModelPtr bpeFromJson(const Json& json, const std::vector<AddedToken>& added,
                          const std::string& where)
{
    Vocabulary vocabulary = vocabularyFromJson(json, where);
    BpeSettings settings;
    settings.unknown = unknownToken(json, vocabulary, added, where);
    settings.fuseUnknown = optionalBool(json, "fuse_unk", false, where);
    settings.byteFallback = optionalBool(json, "byte_fallback", false, where);
    settings.ignoreMerges = optionalBool(json, "ignore_merges", false, where);
    settings.continuingPrefix = optionalString(json, "continuing_subword_prefix", "", where);
    settings.endOfWordSuffix = optionalString(json, "end_of_word_suffix", "", where);
    return std::make_shared<BpeModel>(std::move(vocabulary), mergesFromJson(json, where),
                                      std::move(settings), where);
}

// [["a", -1.5], ...]: piece i has id i.
ScoredPieces scoredPiecesFromJson(const Json& json, const std::string& where)
{
    const Json& list = requireField(json, "vocab", where);
    if (!list.is_array()) fail(ErrorCode::BadFile, "{}: 'vocab' must be an array", where);
    std::vector<std::string> pieces;
    ScoredPieces result;
    for (const Json& entry : list) {
        const bool pair =
            entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number();
        const double score = pair ? entry[1].get<double>() : 0;
        if (!pair || !std::isfinite(score))
            fail(ErrorCode::BadFile, "{}.vocab: entry {} is not a piece and its score", where,
                 pieces.size());
        pieces.push_back(entry[0].get<std::string>());
        result.scores.push_back(score);
    }
    result.types.assign(pieces.size(), PieceType::Normal);
    result.vocabulary = Vocabulary::fromList(std::move(pieces), where + ".vocab");
    return result;
}

TokenModelPtr unigramFromJson(const Json& json, const std::string& where)
{
    ScoredPieces pieces = scoredPiecesFromJson(json, where);
    const auto last = int64_t(pieces.types.size()) - 1;
    const int64_t unknown = optionalInteger(json, "unk_id", 0, last, -1, where);
    if (unknown >= 0) pieces.unknown = int32_t(unknown);
    pieces.byteFallback = optionalBool(json, "byte_fallback", false, where);
    pieces.fuseUnknown = true;
    return std::make_shared<UnigramModel>(std::move(pieces));
}

TokenModelPtr wordPieceFromJson(const Json& json, const std::vector<AddedToken>& added,
                                const std::string& where)
{
    Vocabulary vocabulary = vocabularyFromJson(json, where);
    WordPieceSettings settings;
    settings.unknown = unknownToken(json, vocabulary, added, where);
    settings.continuingPrefix = optionalString(json, "continuing_subword_prefix", "##", where);
    settings.maxWordCharacters =
        size_t(optionalInteger(json, "max_input_chars_per_word", 0, INT32_MAX, 100, where));
    return std::make_shared<WordPieceModel>(std::move(vocabulary), std::move(settings));
}

TokenModelPtr wordLevelFromJson(const Json& json, const std::vector<AddedToken>& added,
                                const std::string& where)
{
    Vocabulary vocabulary = vocabularyFromJson(json, where);
    const auto unknown = unknownToken(json, vocabulary, added, where);
    return std::make_shared<WordLevelModel>(std::move(vocabulary), unknown);
}

// Old files do not name their model.
std::string typeOf(const Json& json, const std::string& where)
{
    if (!json.is_object()) fail(ErrorCode::BadFile, "{}: must be an object", where);
    const std::string type = optionalString(json, "type", "", where);
    if (!type.empty()) return type;
    if (json.contains("merges")) return "BPE";
    if (json.contains("max_input_chars_per_word")) return "WordPiece";
    return json.contains("unk_id") ? "Unigram" : "WordLevel";
}

} // namespace

TokenModelPtr modelFromJson(const Json& json, const std::vector<AddedToken>& added,
                            const std::string& where)
{
    const std::string type = typeOf(json, where);
    if (type == "BPE") return bpeFromJson(json, added, where);
    if (type == "Unigram") return unigramFromJson(json, where);
    if (type == "WordPiece") return wordPieceFromJson(json, added, where);
    if (type == "WordLevel") return wordLevelFromJson(json, added, where);
    fail(ErrorCode::Unsupported, "{}: the model type '{}' is not supported", where, type);
}

} // namespace paretoscope::tokenizers
