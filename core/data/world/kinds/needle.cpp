// Needles: a secret number somewhere in a long text that says nothing else about it.
#include "core/data/world/passage_facts.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const world::Words things = world::numberedThings();
    const auto count = size_t(std::max(1, level.facts));
    std::vector<std::string> sentences, numbers;
    const std::vector<size_t> chosen = draw.different(count, things.size());
    for (const size_t thing : chosen) {
        numbers.push_back(std::to_string(draw.between(100, 999)));
        sentences.push_back(fmt::format("The secret number of the {} is {}.", things[thing], numbers.back()));
    }
    WorldItem item;
    std::vector<double> positions;
    item.text = worldPassage(draw, sentences, level.fillers, positions);
    for (int q = 0; q < level.questions; ++q) {
        const size_t asked = draw.below(count);
        if (q == 0) item.depth = positions[asked];
        const std::string text = fmt::format("What is the secret number of the {}?", things[chosen[asked]]);
        item.questions.push_back({worldAsk(text), fmt::format(" {}\n", numbers[asked]), {}});
    }
    return item;
}

} // namespace

const WorldKind& needle()
{
    static const WorldKind row{"needle", "Needles",
                               "A number mentioned once, among others, in a text of about a thousand tokens.",
                               {3, 95, 1, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
