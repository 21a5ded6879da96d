// The precompiled character map of SentencePiece files.
//
// A double array (Aoe 1989; the compact form of darts-clone) from byte strings to positions in a
// list of zero-terminated replacements.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope::tokenizers {

// Immutable; thread-safe.
class Charsmap {
public:
    // `blob` as the files hold it: size of the array, array, replacements. An empty blob maps
    // nothing. Throws Error(BadFile) naming `where`.
    Charsmap(std::string_view blob, const std::string& where);

    struct Found {
        size_t length; // bytes of the key
        std::string_view replacement;
    };
    // The longest or the shortest key that `text` begins with.
    std::optional<Found> longest(std::string_view text) const { return find(text, true); }
    std::optional<Found> shortest(std::string_view text) const { return find(text, false); }
    bool empty() const { return units_.empty(); }

private:
    std::optional<Found> find(std::string_view text, bool longest) const;

    std::vector<uint32_t> units_;
    std::string replacements_;
};

// Bytes of standard base64 text; nullopt when it is none.
std::optional<std::string> base64Bytes(std::string_view text);

} // namespace paretoscope::tokenizers
