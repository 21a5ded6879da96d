#include "core/model/tokenizers/bpe_model.h"

#include "core/base/error.h"
#include "core/model/tokenizers/bpe_word_encoder.h"
#include "core/model/tokenizers/metaspace.h"
#include "core/model/tokenizers/text_normalizers.h"

#include <fmt/format.h>

namespace paretoscope::tokenizers {

std::string byteFallbackPiece(uint8_t byte)
{
    return fmt::format("<0x{:02X}>", byte);
}

std::optional<uint8_t> byteOfFallbackPiece(std::string_view piece)
{
    if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
    int value = 0;
    for (const char c : piece.substr(3, 2)) {
        const bool digit = c >= '0' && c <= '9';
        const int letter = (c | 0x20) - 'a';
        if (!digit && (letter < 0 || letter > 5)) return std::nullopt;
        value = value * 16 + (digit ? c - '0' : letter + 10);
    }
    return uint8_t(value);
}

BpeModel::BpeModel(Vocabulary vocabulary,
                   const std::vector<std::pair<std::string, std::string>>& merges,
                   BpeSettings settings, const std::string& where)
    : vocabulary_(std::move(vocabulary))
    , merges_(merges.size())
    , settings_(std::move(settings))
{
    std::string result;
    const std::string& prefix = settings_.continuingPrefix;
    joinsAcrossWordStarts_ = settings_.ignoreMerges || !prefix.empty() ||
                             !settings_.endOfWordSuffix.empty() || !vocabulary_.find(spaceMark);
    for (size_t rank = 0; rank < merges.size(); ++rank) {
        const auto& [left, right] = merges[rank];
        std::string_view tail = right;
        if (!prefix.empty() && tail.starts_with(prefix)) tail.remove_prefix(prefix.size());
        result.assign(left).append(tail);
        merges_.insert(requirePiece(left, rank, where), requirePiece(right, rank, where),
                       {uint32_t(rank), requirePiece(result, rank, where)});
        joinsAcrossWordStarts_ = joinsAcrossWordStarts_ || crossesWordStart(result);
    }
    for (int byte = 0; byte < 256; ++byte)
        bytePieces_[size_t(byte)] = vocabulary_.find(byteFallbackPiece(uint8_t(byte))).value_or(-1);
}

int32_t BpeModel::requirePiece(std::string_view piece, size_t rank, const std::string& where) const
{
    const auto id = vocabulary_.find(piece);
    if (!id)
        fail(ErrorCode::BadFile, "{}: merge {} needs '{}', which is not in the vocabulary", where,
             rank, piece);
    return *id;
}

std::unique_ptr<WordEncoder> BpeModel::encoder() const
{
    return std::make_unique<BpeWordEncoder>(*this);
}

} // namespace paretoscope::tokenizers
