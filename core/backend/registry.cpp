#include "core/backend/backend.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace paretoscope {

std::vector<std::string> backendNames()
{
    return {"cpu"};
}

std::shared_ptr<const Backend> backendByName(const std::string& name)
{
    if (name == "cpu") return cpuBackend();
    fail(ErrorCode::BadUsage, "no backend '{}'{}", name, didYouMean(name, backendNames()));
}

} // namespace paretoscope
