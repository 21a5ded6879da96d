#include "core/model/vision_tower.h"

#include "core/base/error.h"
#include "core/base/json.h"

namespace paretoscope {

int64_t VisionTower::storedBytes() const
{
    int64_t bytes = classEmbedding.sizeBytes() + weightBytes(*encoder);
    for (const Linear* linear : {&patches, &projection1, &projection2, &embeddingProjection})
        if (*linear) bytes += linear->weight->storedBytes() + linear->bias.sizeBytes();
    return bytes;
}

std::array<float, 3> channelNumbers(const Json& json, const char* name, const std::string& where)
{
    const Json& list = requireField(json, name, where);
    std::array<float, 3> result{};
    for (size_t i = 0; i < result.size(); ++i) {
        if (!list.is_array() || list.size() != result.size() || !list[i].is_number())
            fail(ErrorCode::BadFile, "{}: '{}' must be three numbers", where, name);
        result[i] = list[i].get<float>();
    }
    return result;
}

} // namespace paretoscope
