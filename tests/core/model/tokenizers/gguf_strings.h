// The few parts of a GGUF file that a tokenizer is made of, read without the product's reader.
#pragma once

#include "core/base/file.h"
#include "core/model/tokenizers/gguf_tokenizer.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace paretoscope::test {

class GgufStrings {
public:
    explicit GgufStrings(const std::filesystem::path& path)
        : bytes_(readFile(path))
    {
    }

    tokenizers::GgufVocabulary read()
    {
        vocabulary_.source = "llama_gqa-f32.gguf";
        at_ = 16; // magic, version, number of tensors
        for (uint64_t left = number<uint64_t>(); left > 0; --left) {
            const std::string key = text();
            value(key, number<uint32_t>());
        }
        return vocabulary_;
    }

private:
    template <class T> T number()
    {
        T value;
        if (at_ + sizeof value > bytes_.size()) throw std::runtime_error("short file");
        std::memcpy(&value, bytes_.data() + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    std::string text()
    {
        const auto length = number<uint64_t>();
        at_ += length;
        return bytes_.substr(at_ - length, length);
    }

    void value(const std::string& key, uint32_t type)
    {
        static const size_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
        if (type == 9) {
            const auto element = number<uint32_t>();
            for (auto left = number<uint64_t>(); left > 0; --left)
                value(key, element);
        } else if (type == 8) {
            const std::string string = text();
            if (key == "tokenizer.ggml.tokens") vocabulary_.tokens.push_back(string);
            if (key == "tokenizer.ggml.model") vocabulary_.model = string;
        } else if (key == "tokenizer.ggml.scores") {
            vocabulary_.scores.push_back(number<float>());
        } else if (key == "tokenizer.ggml.token_type") {
            vocabulary_.tokenTypes.push_back(number<int32_t>());
        } else if (key == "tokenizer.ggml.bos_token_id") {
            vocabulary_.begin = number<uint32_t>();
        } else if (key == "tokenizer.ggml.eos_token_id") {
            vocabulary_.end = number<uint32_t>();
        } else {
            at_ += sizes[type];
        }
    }

    std::string bytes_;
    size_t at_ = 0;
    tokenizers::GgufVocabulary vocabulary_;
};

} // namespace paretoscope::test
