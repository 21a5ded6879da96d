// Names with values, nothing else: the first thing a small model must learn to look up.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const world::Words values = world::attributes()[draw.below(world::attributes().size())].values;
    const auto count = size_t(level.facts);
    const std::vector<size_t> names = draw.different(count, world::firstNames().size());
    std::vector<size_t> given;
    WorldItem item;
    item.text = "Pairs:";
    for (size_t i = 0; i < count; ++i) {
        given.push_back(draw.below(values.size()));
        item.text += fmt::format(" {} {}.", world::firstNames()[names[i]], values[given.back()]);
    }
    item.text += "\n";
    for (int q = 0; q < level.questions; ++q) {
        const size_t asked = draw.below(count); // with replacement: no answer by elimination
        if (q == 0) item.depth = double(asked) / double(count);
        const std::string answer = values[given[asked]];
        // The value right after the name is the easiest form; the frame of other questions is harder.
        const std::string name = world::firstNames()[names[asked]];
        item.questions.push_back({draw.chance(level.mixed) ? worldAsk(name) : "Question: " + name,
                                  fmt::format(" {}\n", answer), worldChoices(draw, values, answer)});
    }
    return item;
}

} // namespace

const WorldKind& pairs()
{
    static const WorldKind row{"pairs", "Pairs", "Which value stands beside a name.", {8, 0, 1, 1}, make};
    return row;
}

} // namespace paretoscope::world_kinds
