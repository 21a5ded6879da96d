// Additions and subtractions with nothing around them: the practice that arithmetic stories rest on.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    WorldItem item;
    item.text = "Sums:\n";
    while (int(item.questions.size()) < level.questions) {
        const int change = draw.between(1, 9), value = draw.between(0, 99);
        const bool up = value < change || (value + change <= 99 && draw.chance(0.5));
        const std::string sum = fmt::format(" {} {} {} =", value, up ? '+' : '-', change);
        if (draw.owns(sum)) item.questions.push_back({sum, fmt::format(" {}\n", up ? value + change : value - change), {}});
    }
    return item;
}

} // namespace

const WorldKind& sums()
{
    static const WorldKind row{"sums", "Sums", "One addition or subtraction below a hundred.", {1, 0, 1, 0}, make, nullptr, true};
    return row;
}

} // namespace paretoscope::world_kinds
