// Post-processors: the special tokens around an encoded text.
#pragma once

#include "core/base/json_forward.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace paretoscope::tokenizers {

// A value; thread-safe while unchanged.
class PostProcessor {
public:
    PostProcessor() = default; // adds nothing
    PostProcessor(std::vector<int32_t> before, std::vector<int32_t> after);

    // Puts more tokens around what there is.
    void surround(std::optional<int32_t> before, std::optional<int32_t> after);

    std::vector<int32_t> apply(std::vector<int32_t> ids) const;
    std::vector<int32_t> added() const { return apply({}); } // for an empty text
    std::optional<int32_t> first() const; // the token in front of every text, if any
    std::optional<int32_t> last() const;

    // Reads the "post_processor" of a tokenizer.json. Throws Error(BadFile or Unsupported) naming
    // `where`.
    static PostProcessor fromJson(const Json& json, const std::string& where);

private:
    struct Part {
        bool text; // the encoded text stands here
        std::vector<int32_t> ids;
    };
    using Template = std::vector<Part>;

    void readStep(const Json& json, const std::string& where);
    void readTemplate(const Json& json, const std::string& where);
    void readPair(const Json& json, const std::string& where);

    std::vector<Template> steps_; // one after the other
};

} // namespace paretoscope::tokenizers
