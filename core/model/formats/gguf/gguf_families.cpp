#include "core/model/formats/gguf/gguf_families.h"

#include "core/base/error.h"
#include "core/model/formats/gguf/gguf_config.h"

#include <fmt/ranges.h>

namespace paretoscope {

std::span<const GgufFamily> ggufFamilies()
{
    static const std::vector<GgufFamily> all = [] {
        std::vector<GgufFamily> rows;
        for (const auto& part : {ggufGatedFamilies(), ggufExpertFamilies(), ggufPlainFamilies()})
            rows.insert(rows.end(), part.begin(), part.end());
        return rows;
    }();
    return all;
}

const GgufFamily& ggufFamilyOf(const GgufFile& file)
{
    const std::string name = ggufArchitecture(file);
    std::vector<std::string> known;
    for (const GgufFamily& family : ggufFamilies()) {
        if (name == family.name) return family;
        known.emplace_back(family.name);
    }
    fail(ErrorCode::Unsupported, "{}: the architecture '{}' is not supported in GGUF files (supported: {})",
         file.where(), name, fmt::join(known, ", "));
}

} // namespace paretoscope
