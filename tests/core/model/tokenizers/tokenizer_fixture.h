// Small tokenizers written by the tests themselves.
#pragma once

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/model/tokenizer.h"
#include "core/model/tokenizers/byte_alphabet.h"
#include "core/model/tokenizers/tokenizer_json.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope::test {

using Ids = std::vector<int32_t>;

inline std::shared_ptr<const Tokenizer> tokenizerOf(const Json& json)
{
    return tokenizers::tokenizerFromJson(json, {}, "tokenizer.json");
}

// A byte-level BPE: byte b has id b; merge i, of two pieces of the byte alphabet, makes id 256 + i.
inline Json byteLevelJson(const std::vector<std::pair<std::string, std::string>>& merges)
{
    Json vocab = Json::object();
    for (int byte = 0; byte < 256; ++byte)
        vocab[std::string(tokenizers::byteSpelling(uint8_t(byte)))] = byte;
    Json pairs = Json::array();
    for (size_t i = 0; i < merges.size(); ++i) {
        const std::string result = merges[i].first + merges[i].second;
        if (!vocab.contains(result)) vocab[result] = 256 + i;
        pairs.push_back({merges[i].first, merges[i].second});
    }
    return {{"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", pairs}}},
            {"pre_tokenizer",
             {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
            {"decoder", {{"type", "ByteLevel"}}}};
}

// A folder with a tokenizer.json, and more files if wanted.
class TokenizerFolder {
public:
    explicit TokenizerFolder(const Json& json) { write("tokenizer.json", json.dump()); }
    void write(const std::string& name, std::string_view text)
    {
        writeFileAtomically(folder_.path() / name, text);
    }
    std::shared_ptr<const Tokenizer> open() const { return openTokenizer(folder_.path()); }

private:
    ScratchFolder folder_;
};

} // namespace paretoscope::test
