#include "core/model/architecture.h"

#include "core/base/error.h"
#include "core/base/json.h"

#include <algorithm>
#include <fmt/ranges.h>

namespace paretoscope {

namespace {

std::string knownFamilies()
{
    std::vector<std::string> names;
    for (const Architecture* row : architectures::all()) names.push_back(row->id);
    return fmt::format("{}", fmt::join(names, ", "));
}

bool contains(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

const Architecture& architectureFor(const Json& config, const std::string& where)
{
    std::string asked;
    const Json classes = config.value("architectures", Json::array());
    if (classes.is_array())
        for (const Json& name : classes) {
            if (!name.is_string()) continue;
            asked = name.get<std::string>();
            for (const Architecture* row : architectures::all())
                if (contains(row->classNames, asked)) return *row;
        }
    const std::string type = optionalString(config, "model_type", "", where);
    // A class that nobody knows is not rescued by a familiar model_type: heads differ.
    if (asked.empty())
        for (const Architecture* row : architectures::all())
            if (contains(row->modelTypes, type)) return *row;
    if (asked.empty()) asked = type;
    if (asked.empty()) fail(ErrorCode::BadFile, "{}: neither 'architectures' nor 'model_type' is given", where);
    fail(ErrorCode::Unsupported, "{}: architecture '{}' is not supported (supported families: {})", where,
         asked, knownFamilies());
}

} // namespace paretoscope
