#include "core/base/json.h"
#include "core/model/tokenizer.h"
#include "core/model/tokenizers/tokenizer_json.h"

namespace paretoscope {

std::shared_ptr<const Tokenizer> openTokenizer(const std::filesystem::path& folder)
{
    std::error_code ignored;
    const std::filesystem::path path = folder / "tokenizer.json";
    if (!std::filesystem::exists(path, ignored)) return nullptr;
    return tokenizers::tokenizerFromJson(readJsonFile(path),
                                         tokenizers::readTokenizerSettings(folder), path.string());
}

} // namespace paretoscope
