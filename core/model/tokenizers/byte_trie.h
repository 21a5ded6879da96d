// The longest of many strings that a text begins with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace paretoscope::tokenizers {

// Thread-safe once filled.
class ByteTrie {
public:
    void insert(std::string_view key, int32_t value); // a later value replaces an earlier one

    struct Found {
        int32_t value = -1; // -1: none
        size_t length = 0;
    };
    Found longest(std::string_view text) const;
    bool mayBegin(char byte) const { return first_[uint8_t(byte)]; }
    bool empty() const { return values_.empty(); }

    // Calls visit(length, value) for every key that `text` begins with, shortest first.
    template <class Visit> void forEachPrefix(std::string_view text, Visit&& visit) const
    {
        uint32_t node = 0;
        for (size_t i = 0; i < text.size(); ++i) {
            const auto next = edges_.find(edge(node, text[i]));
            if (next == edges_.end()) return;
            node = next->second;
            if (const auto value = values_.find(node); value != values_.end())
                visit(i + 1, value->second);
        }
    }

private:
    static uint64_t edge(uint32_t node, char byte) { return uint64_t(node) << 8 | uint8_t(byte); }

    std::unordered_map<uint64_t, uint32_t> edges_; // (node, byte) to node; 0 is the root
    std::unordered_map<uint32_t, int32_t> values_;
    std::array<bool, 256> first_{};
    uint32_t nodes_ = 1;
};

} // namespace paretoscope::tokenizers
