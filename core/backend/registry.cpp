#include "core/backend/backend.h"
#include "core/backend/compressed_products.h"

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

const CompressedProducts& compressedProducts(const Backend& backend)
{
    if (const auto* products = dynamic_cast<const CompressedProducts*>(&backend)) return *products;
    fail(ErrorCode::Unsupported, "the backend '{}' has no products with this compressed form", backend.name());
}

} // namespace paretoscope
