// The decoders that tokenizer files use. See decoder.h.
#pragma once

#include "core/model/tokenizers/decoder.h"
#include "core/model/tokenizers/regex.h"

#include <string>
#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

// Spelled bytes (byte_alphabet.h) to bytes.
class ByteLevelDecoder : public Decoder {
public:
    void apply(std::vector<DecodedToken>& tokens) const override;
};

// "<0x0A>" to the byte 0x0A.
class ByteFallbackDecoder : public Decoder {
public:
    void apply(std::vector<DecodedToken>& tokens) const override;
};

class ReplaceDecoder : public Decoder {
public:
    ReplaceDecoder(Regex pattern, std::string content, std::string where)
        : pattern_(std::move(pattern))
        , content_(std::move(content))
        , where_(std::move(where))
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    Regex pattern_;
    std::string content_, where_;
};

// All tokens to one.
class FuseDecoder : public Decoder {
public:
    void apply(std::vector<DecodedToken>& tokens) const override;
};

// Removes up to `left` and `right` times `content` at the ends of every token.
class StripDecoder : public Decoder {
public:
    StripDecoder(std::string content, size_t left, size_t right)
        : content_(std::move(content))
        , left_(left)
        , right_(right)
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    std::string content_;
    size_t left_, right_;
};

// A suffix becomes a space, except at the end (classic BPE: "</w>").
class SuffixDecoder : public Decoder {
public:
    explicit SuffixDecoder(std::string suffix)
        : suffix_(std::move(suffix))
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    std::string suffix_;
};

// Words are joined by spaces, pieces that continue a word lose their prefix; `cleanUp` removes the
// spaces before punctuation and contractions, as Hugging Face's library does for BERT.
class WordPieceDecoder : public Decoder {
public:
    WordPieceDecoder(std::string prefix, bool cleanUp)
        : prefix_(std::move(prefix))
        , cleanUp_(cleanUp)
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    std::string prefix_;
    bool cleanUp_;
};

class DecoderSequence : public Decoder {
public:
    explicit DecoderSequence(std::vector<DecoderPtr> steps)
        : steps_(std::move(steps))
    {
    }
    void apply(std::vector<DecodedToken>& tokens) const override;

private:
    std::vector<DecoderPtr> steps_;
};

} // namespace paretoscope::tokenizers
