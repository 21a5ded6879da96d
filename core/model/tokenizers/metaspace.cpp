#include "core/model/tokenizers/metaspace.h"

#include "core/base/json.h"
#include "core/model/tokenizers/text_normalizers.h"

namespace paretoscope::tokenizers {

namespace {

void appendReplaced(std::string& out, std::string_view text, std::string_view from,
                    std::string_view to)
{
    size_t done = 0;
    for (size_t at = text.find(from); at != text.npos; at = text.find(from, done)) {
        out.append(text.substr(done, at - done)).append(to);
        done = at + from.size();
    }
    out += text.substr(done);
}

void findAll(std::string_view text, std::string_view mark, std::vector<Match>& matches)
{
    for (size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size()))
        matches.push_back({at, at + mark.size()});
}

PrefixScheme schemeFromJson(const Json& json, const std::string& where)
{
    // Older files have a switch instead of a scheme.
    const bool add = optionalBool(json, "add_prefix_space", true, where);
    const std::string name =
        optionalString(json, "prepend_scheme", add ? "always" : "never", where);
    if (name == "always") return PrefixScheme::Always;
    if (name == "first") return PrefixScheme::First;
    if (name == "never") return PrefixScheme::Never;
    fail(ErrorCode::BadFile, "{}: 'prepend_scheme' is '{}', which names no scheme", where, name);
}

std::string markFromJson(const Json& json, const std::string& where)
{
    const std::string mark = optionalString(json, "replacement", std::string(spaceMark), where);
    if (mark.empty() || mark.size() > 16)
        fail(ErrorCode::BadFile, "{}: 'replacement' must be one character", where);
    return mark;
}

} // namespace

void MetaspacePreTokenizer::apply(Pieces& pieces, const EncodeContext& context) const
{
    rewritePieces(pieces, context,
                  [&](const Piece& piece, std::string_view text, std::string& out) {
                      const bool wanted = scheme_ == PrefixScheme::Always ||
                                          (scheme_ == PrefixScheme::First && piece.startsText);
                      if (wanted && !context.continuesText && !text.starts_with(' ') &&
                          !text.starts_with(mark_))
                          out += mark_;
                      appendReplaced(out, text, " ", mark_);
                  });
    if (!split_) return;
    splitPieces(
        pieces,
        [this](std::string_view text, std::vector<Match>& matches) {
            findAll(text, mark_, matches);
        },
        SplitBehavior::MergedWithNext);
}

void WordStartPreTokenizer::apply(Pieces& pieces, const EncodeContext&) const
{
    const MatchFinder find = [](std::string_view text, std::vector<Match>& matches) {
        for (size_t at = text.find(spaceMark, 1); at != text.npos;
             at = text.find(spaceMark, at + spaceMark.size()))
            if (!text.substr(0, at).ends_with(spaceMark)) matches.push_back({at, at});
    };
    splitPieces(pieces, find, SplitBehavior::Isolated);
}

bool crossesWordStart(std::string_view piece)
{
    for (size_t at = piece.find(spaceMark); at != piece.npos;
         at = piece.find(spaceMark, at + spaceMark.size()))
        if (at > 0 && !piece.substr(0, at).ends_with(spaceMark)) return true;
    return false;
}

void MetaspaceDecoder::apply(std::vector<DecodedToken>& tokens) const
{
    std::string text;
    for (size_t i = 0; i < tokens.size(); ++i) {
        text.clear();
        std::string_view spelled = tokens[i].text;
        if (i == 0 && stripFirst_ && spelled.starts_with(mark_))
            spelled.remove_prefix(mark_.size());
        appendReplaced(text, spelled, mark_, " ");
        tokens[i].text = text;
    }
}

PreTokenizerPtr metaspaceFromJson(const Json& json, const std::string& where)
{
    return std::make_shared<MetaspacePreTokenizer>(markFromJson(json, where),
                                                   schemeFromJson(json, where),
                                                   optionalBool(json, "split", true, where));
}

DecoderPtr metaspaceDecoderFromJson(const Json& json, const std::string& where)
{
    return std::make_shared<MetaspaceDecoder>(markFromJson(json, where),
                                              schemeFromJson(json, where) != PrefixScheme::Never);
}

} // namespace paretoscope::tokenizers
