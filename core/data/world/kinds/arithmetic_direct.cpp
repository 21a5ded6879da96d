// The same arithmetic, answered at once: what the steps are worth.
#include "core/data/world/world_arithmetic.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const WorldCalculation made = drawCalculation(draw, level.facts);
    WorldItem item;
    item.text = made.story;
    std::vector<std::string> others;
    for (const int wrong : {made.result + 1, made.result + 10, made.result < 10 ? made.result + 2 : made.result - 2})
        others.push_back(fmt::format(" {}\n", wrong));
    item.questions.push_back({worldAsk(made.question), fmt::format(" {}\n", made.result), others});
    return item;
}

} // namespace

const WorldKind& arithmeticDirect()
{
    static const WorldKind row{"arithmetic_direct", "Arithmetic at once",
                               "Four additions and subtractions with nothing written down.", {4, 0, 1, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
