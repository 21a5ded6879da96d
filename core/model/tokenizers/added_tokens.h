// Tokens that are found in the text itself before anything else: special tokens and additions.
#pragma once

#include "core/model/tokenizers/byte_trie.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace paretoscope::tokenizers {

struct AddedToken {
    int32_t id = 0;
    std::string content;
    bool special = false;
    bool singleWord = false; // only between characters that belong to no word
    bool stripLeft = false;  // takes the white space before it
    bool stripRight = false;
    bool normalized = false; // looked for in normalized text
};

// A stretch of text; `token` is -1 where it is plain.
struct TokenSpan {
    size_t begin, end;
    int32_t token;
};

// Immutable; thread-safe.
class AddedTokens {
public:
    AddedTokens() = default;
    // `normalizedContents[i]` is how token i is spelled after normalization. Throws
    // Error(BadFile) naming `where` for an empty, repeated or very long content.
    AddedTokens(std::vector<AddedToken> tokens, const std::vector<std::string>& normalizedContents,
                const std::string& where);

    // Cuts `text`, which may hold any bytes, into tokens and plain stretches, all non-empty: the
    // leftmost token, the longest among those that begin there. `normalized` picks which tokens
    // are looked for; special ones stay plain text unless `parseSpecial`.
    std::vector<TokenSpan> split(std::string_view text, bool normalized, bool parseSpecial) const;

    const AddedToken* find(int32_t id) const;
    const AddedToken* find(std::string_view content) const;
    const std::vector<AddedToken>& all() const { return tokens_; }

private:
    std::vector<AddedToken> tokens_;
    std::unordered_map<int32_t, size_t> byId_;
    std::unordered_map<std::string, size_t> byContent_;
    ByteTrie rawTrie_, normalizedTrie_; // values index tokens_
};

} // namespace paretoscope::tokenizers
