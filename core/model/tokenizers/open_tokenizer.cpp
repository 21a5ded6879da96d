#include "core/base/json.h"
#include "core/model/tokenizer.h"
#include "core/model/tokenizers/sentencepiece_tokenizer.h"
#include "core/model/tokenizers/tokenizer_json.h"

namespace paretoscope {

std::shared_ptr<const Tokenizer> openTokenizer(const std::filesystem::path& folder)
{
    std::error_code ignored;
    const std::filesystem::path path = folder / "tokenizer.json";
    if (std::filesystem::exists(path, ignored))
        return tokenizers::tokenizerFromJson(
            readJsonFile(path), tokenizers::readTokenizerSettings(folder), path.string());
    for (const char* name : {"tokenizer.model", "spiece.model"}) {
        const std::filesystem::path model = folder / name;
        if (std::filesystem::exists(model, ignored))
            return tokenizers::openSentencePieceFile(model,
                                                     tokenizers::readTokenizerSettings(folder));
    }
    return nullptr;
}

} // namespace paretoscope
