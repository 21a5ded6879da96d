#include "core/model/formats/gguf/gguf_vocabulary.h"

#include "core/model/formats/gguf/gguf_file.h"
#include "core/model/tokenizers/gguf_tokenizer.h"

#include <string_view>

namespace paretoscope {

namespace {

constexpr std::string_view tokenizerPrefix = "tokenizer.";

template <class T> void append(std::string& file, T number)
{
    file.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void appendText(std::string& file, std::string_view text)
{
    append(file, uint64_t(text.size()));
    file += text;
}

void appendValue(std::string& file, const GgufValue& value)
{
    append(file, uint32_t(value.type));
    if (value.type == GgufType::String) append(file, uint64_t(value.bytes.size()));
    if (value.type == GgufType::Array) {
        append(file, uint32_t(value.elementType));
        append(file, value.count);
    }
    file.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
}

template <class To> std::vector<To> converted(const auto& from)
{
    return {from.begin(), from.end()};
}

std::string charsmapOf(const GgufMetadata& metadata, const char* key)
{
    const GgufValue* value = metadata.find(key);
    if (!value) return {};
    if (value->type != GgufType::Array) return metadata.text(key).value_or("");
    return {reinterpret_cast<const char*>(value->bytes.data()), value->bytes.size()}; // bytes, one each
}

} // namespace

std::shared_ptr<const Tokenizer> ggufTokenizer(const GgufMetadata& metadata)
{
    const std::string model = metadata.text("tokenizer.ggml.model").value_or("none");
    if (model == "none" || model == "no_vocab") return nullptr;
    tokenizers::GgufVocabulary from;
    from.source = metadata.where();
    from.model = model;
    from.preTokenizer = metadata.text("tokenizer.ggml.pre").value_or("");
    from.tokens = metadata.texts("tokenizer.ggml.tokens");
    from.scores = converted<float>(metadata.numbers("tokenizer.ggml.scores"));
    from.tokenTypes = converted<int32_t>(metadata.integers("tokenizer.ggml.token_type"));
    from.merges = metadata.texts("tokenizer.ggml.merges");
    from.begin = metadata.integer("tokenizer.ggml.bos_token_id");
    from.end = metadata.integer("tokenizer.ggml.eos_token_id");
    from.unknown = metadata.integer("tokenizer.ggml.unknown_token_id");
    // Files spell it both ways.
    from.separator = metadata.integer("tokenizer.ggml.separator_token_id");
    if (!from.separator) from.separator = metadata.integer("tokenizer.ggml.seperator_token_id");
    from.classification = metadata.integer("tokenizer.ggml.cls_token_id");
    from.addBegin = metadata.boolean("tokenizer.ggml.add_bos_token");
    from.addEnd = metadata.boolean("tokenizer.ggml.add_eos_token");
    from.addSpacePrefix = metadata.boolean("tokenizer.ggml.add_space_prefix");
    from.removeExtraWhitespace = metadata.boolean("tokenizer.ggml.remove_extra_whitespaces");
    from.charsmap = charsmapOf(metadata, "tokenizer.ggml.precompiled_charsmap");
    from.chatTemplate = metadata.text("tokenizer.chat_template").value_or("");
    return tokenizers::makeGgufTokenizer(std::move(from));
}

std::shared_ptr<const Tokenizer> openGgufTokenizer(const std::filesystem::path& file)
{
    return ggufTokenizer(GgufFile::open(file)->metadata());
}

std::string ggufTokenizerFile(const GgufMetadata& metadata)
{
    std::string body;
    uint64_t count = 0;
    for (const auto& [key, value] : metadata.values()) {
        if (!std::string_view(key).starts_with(tokenizerPrefix)) continue;
        appendText(body, key);
        appendValue(body, value);
        ++count;
    }
    if (count == 0) return {};
    std::string file = "GGUF";
    append(file, uint32_t{3});
    append(file, uint64_t{0});
    append(file, count);
    return file + body;
}

} // namespace paretoscope
