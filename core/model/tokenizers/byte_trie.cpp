#include "core/model/tokenizers/byte_trie.h"

namespace paretoscope::tokenizers {

void ByteTrie::insert(std::string_view key, int32_t value)
{
    if (key.empty()) return;
    first_[uint8_t(key.front())] = true;
    uint32_t node = 0;
    for (const char byte : key) {
        const auto [next, isNew] = edges_.emplace(edge(node, byte), nodes_);
        if (isNew) ++nodes_;
        node = next->second;
    }
    values_[node] = value;
}

ByteTrie::Found ByteTrie::longest(std::string_view text) const
{
    Found found;
    forEachPrefix(text, [&found](size_t length, int32_t value) { found = {value, length}; });
    return found;
}

} // namespace paretoscope::tokenizers
