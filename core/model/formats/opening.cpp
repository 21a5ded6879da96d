#include "core/model/formats/opening.h"

#include "core/base/error.h"
#include "core/model/formats/gguf/gguf_vocabulary.h"
#include "core/model/formats/model_check.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <string_view>

namespace paretoscope {

namespace {

constexpr int64_t finiteCheckLimitBytes = int64_t{2} << 30;

// Buffers that checkpoints carry and that the configuration already says.
bool isBuffer(std::string_view name)
{
    static constexpr std::array<std::string_view, 6> endings{
        ".attn.bias",   ".attn.masked_bias", "rotary_emb.inv_freq", ".attention.masked_bias",
        "position_ids", ".attention.bias"};
    return std::any_of(endings.begin(), endings.end(),
                       [name](std::string_view ending) { return name.ends_with(ending); });
}

std::string nameOf(const std::filesystem::path& path)
{
    const std::filesystem::path plain = std::filesystem::absolute(path).lexically_normal();
    return plain.has_filename() ? plain.filename().string()
                                : plain.parent_path().filename().string();
}

} // namespace

ModelPtr finishOpening(std::shared_ptr<Model> model, const std::filesystem::path& path,
                       const std::string& where)
{
    model->name = nameOf(path);
    model->source = path;
    requireConsistentModel(*model, where);
    if (weightBytes(*model) < finiteCheckLimitBytes) {
        try {
            requireFiniteWeights(*model);
        } catch (const Error& error) {
            fail(error.code(), "{}: {}", where, error.what());
        }
    }
    return model;
}

void attachTokenizer(const std::filesystem::path& folder, Model& model)
{
    attachTokenizer(
        [&folder]() -> std::shared_ptr<const Tokenizer> {
            std::error_code ignored;
            if (std::filesystem::exists(folder / ggufTokenizerFileName, ignored))
                return openGgufTokenizer(folder / ggufTokenizerFileName);
            return openTokenizer(folder);
        },
        model);
}

void attachTokenizer(const std::function<std::shared_ptr<const Tokenizer>()>& open, Model& model)
{
    try {
        model.tokenizer = open();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unsupported) throw;
        model.warnings.push_back(fmt::format("the tokenizer cannot be used: {}", error.what()));
    }
    if (!model.tokenizer) return;
    if (model.tokenizer->vocabularySize() > model.config.vocabulary)
        model.warnings.push_back(fmt::format("the tokenizer knows {} tokens, the model only {}",
                                             model.tokenizer->vocabularySize(),
                                             model.config.vocabulary));
}

void warnAboutUnused(const std::vector<std::string>& names, Model& model)
{
    std::vector<std::string> shown;
    for (const std::string& name : names)
        if (!isBuffer(name) && !(model.config.tiedEmbeddings && name.ends_with("lm_head.weight")))
            shown.push_back("'" + name + "'");
    if (shown.empty()) return;
    const size_t count = shown.size();
    const bool more = count > 3;
    shown.resize(std::min<size_t>(count, 3));
    model.warnings.push_back(fmt::format("{} tensor{} of the file {} not used: {}{}", count,
                                         count == 1 ? "" : "s", count == 1 ? "is" : "are",
                                         fmt::join(shown, ", "), more ? ", ..." : ""));
}

} // namespace paretoscope
