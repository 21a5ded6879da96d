// Text to token ids and back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paretoscope {

// Immutable; thread-safe.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    // `addSpecial` puts what the model's post-processor adds (a <s> in front, for most). Text in
    // special tokens' spelling is read as those tokens when `parseSpecial`. Invalid UTF-8 is
    // encoded byte by byte where the vocabulary allows; Error(BadFile) names the first byte that
    // it does not.
    virtual std::vector<int32_t> encode(std::string_view text, bool addSpecial,
                                        bool parseSpecial = true) const = 0;
    // Bytes of the tokens; special tokens are left out when `skipSpecial`. Error(BadUsage) for an
    // id outside the vocabulary.
    virtual std::string decode(const std::vector<int32_t>& ids, bool skipSpecial = true) const = 0;

    virtual int64_t vocabularySize() const = 0; // ids are below this
    virtual std::string piece(int32_t id) const = 0; // as spelled in the vocabulary
    virtual std::optional<int32_t> idOf(std::string_view piece) const = 0;
    virtual bool isSpecial(int32_t id) const = 0;

    virtual std::string kind() const = 0; // "byte-level BPE"
    virtual std::optional<int32_t> beginToken() const = 0;
    virtual std::optional<int32_t> endToken() const = 0;
    virtual std::string chatTemplate() const { return {}; } // Jinja text, or empty
};

// Opens the tokenizer files of a Hugging Face folder (tokenizer.json with tokenizer_config.json).
// Null when there is none; Error(BadFile or Unsupported) when there is one that cannot be used.
std::shared_ptr<const Tokenizer> openTokenizer(const std::filesystem::path& folder);

} // namespace paretoscope
