// What the stages of encoding know about the call they serve.
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace paretoscope::tokenizers {

// Valid for one encode call; not shared between threads.
struct EncodeContext {
    std::string_view source;    // the file that the tokenizer came from, for errors
    size_t maxBytes = 0;        // stages refuse to make text longer than this
    bool startsText = true;     // the part at hand begins where the whole text begins
    bool continuesText = false; // it follows bytes that are not UTF-8: no word starts here

    // Files may ask for any replacement; a few bytes must not become gigabytes.
    static size_t limitFor(size_t textBytes) { return textBytes * 64 + (size_t{1} << 20); }
    void checkGrowth(size_t bytes) const
    {
        if (bytes > maxBytes)
            fail(ErrorCode::BadFile,
                 "{}: normalizing or pre-tokenizing makes this text unreasonably long", source);
    }
};

} // namespace paretoscope::tokenizers
