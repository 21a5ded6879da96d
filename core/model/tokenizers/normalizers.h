// The normalizers that tokenizer files use. See normalizer.h.
#pragma once

#include "core/model/tokenizers/normalizer.h"
#include "core/model/tokenizers/regex.h"
#include "core/model/tokenizers/unicode.h"

#include <utility>
#include <vector>

namespace paretoscope::tokenizers {

class FormNormalizer : public Normalizer {
public:
    explicit FormNormalizer(NormalForm form)
        : form_(form)
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    NormalForm form_;
};

class LowercaseNormalizer : public Normalizer {
public:
    std::string apply(std::string_view text, const EncodeContext& context) const override;
};

// Removes white space at the ends.
class StripNormalizer : public Normalizer {
public:
    StripNormalizer(bool left, bool right)
        : left_(left)
        , right_(right)
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    bool left_, right_;
};

// Removes nonspacing marks.
class StripAccentsNormalizer : public Normalizer {
public:
    std::string apply(std::string_view text, const EncodeContext& context) const override;
};

// Puts a prefix before a non-empty text.
class PrependNormalizer : public Normalizer {
public:
    explicit PrependNormalizer(std::string prefix)
        : prefix_(std::move(prefix))
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    std::string prefix_;
};

class ReplaceNormalizer : public Normalizer {
public:
    ReplaceNormalizer(Regex pattern, std::string content)
        : pattern_(std::move(pattern))
        , content_(std::move(content))
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    Regex pattern_;
    std::string content_;
};

// Spells every byte as byte_alphabet.h does.
class ByteLevelNormalizer : public Normalizer {
public:
    std::string apply(std::string_view text, const EncodeContext& context) const override;
};

class NormalizerSequence : public Normalizer {
public:
    explicit NormalizerSequence(std::vector<NormalizerPtr> steps)
        : steps_(std::move(steps))
    {
    }
    std::string apply(std::string_view text, const EncodeContext& context) const override;

private:
    std::vector<NormalizerPtr> steps_;
};

} // namespace paretoscope::tokenizers
