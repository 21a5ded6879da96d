#include "core/model/tokenizers/added_tokens.h"

#include "core/base/error.h"
#include "core/model/tokenizers/unicode.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

constexpr size_t maxContentBytes = 1024; // a scan may compare this much at every byte of a text

bool wordEndsAt(std::string_view text, size_t position)
{
    return position > 0 && isWordCharacter(lastCharacter(text.substr(0, position)));
}

bool wordBeginsAt(std::string_view text, size_t position)
{
    return position < text.size() && isWordCharacter(nextCharacter(text, position));
}

size_t whitespaceBegin(std::string_view text, size_t end, size_t lowest)
{
    while (end > lowest) {
        const char32_t last = lastCharacter(text.substr(lowest, end - lowest));
        if (!isWhitespace(last)) break;
        end -= last < 0x80 ? 1 : last < 0x800 ? 2 : 3;
    }
    return end;
}

size_t whitespaceEnd(std::string_view text, size_t begin)
{
    while (begin < text.size()) {
        size_t next = begin;
        if (!isWhitespace(nextCharacter(text, next))) break;
        begin = next;
    }
    return begin;
}

} // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens,
                         const std::vector<std::string>& normalizedContents,
                         const std::string& where)
    : tokens_(std::move(tokens))
{
    for (size_t i = 0; i < tokens_.size(); ++i) {
        const AddedToken& token = tokens_[i];
        if (token.content.empty() || token.content.size() > maxContentBytes)
            fail(ErrorCode::BadFile, "{}: the content of token {} has {} bytes, outside 1 to {}",
                 where, token.id, token.content.size(), maxContentBytes);
        if (!byId_.emplace(token.id, i).second)
            fail(ErrorCode::BadFile, "{}: the id {} appears twice", where, token.id);
        if (!byContent_.emplace(token.content, i).second)
            fail(ErrorCode::BadFile, "{}: '{}' appears twice", where, token.content);
        if (!token.normalized)
            rawTrie_.insert(token.content, int32_t(i));
        else if (normalizedContents[i].size() <= maxContentBytes)
            normalizedTrie_.insert(normalizedContents[i], int32_t(i));
    }
}

std::vector<TokenSpan> AddedTokens::split(std::string_view text, bool normalized,
                                          bool parseSpecial) const
{
    const ByteTrie& trie = normalized ? normalizedTrie_ : rawTrie_;
    std::vector<TokenSpan> spans;
    size_t done = 0;
    for (size_t i = trie.empty() ? text.size() : 0; i < text.size();) {
        const auto found =
            trie.mayBegin(text[i]) ? trie.longest(text.substr(i)) : ByteTrie::Found{};
        if (found.value < 0) {
            ++i;
            continue;
        }
        const AddedToken& token = tokens_[size_t(found.value)];
        size_t begin = i;
        size_t end = i + found.length;
        i = end;
        if (token.special && !parseSpecial) continue;
        if (token.singleWord && (wordEndsAt(text, begin) || wordBeginsAt(text, end))) continue;
        if (token.stripLeft) begin = whitespaceBegin(text, begin, done);
        if (token.stripRight) end = whitespaceEnd(text, end);
        if (begin > done) spans.push_back({done, begin, -1});
        spans.push_back({begin, end, token.id});
        done = i = end;
    }
    if (done < text.size()) spans.push_back({done, text.size(), -1});
    return spans;
}

const AddedToken* AddedTokens::find(int32_t id) const
{
    const auto found = byId_.find(id);
    return found == byId_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedTokens::find(std::string_view content) const
{
    const auto found = byContent_.find(std::string(content));
    return found == byContent_.end() ? nullptr : &tokens_[found->second];
}

} // namespace paretoscope::tokenizers
