// Aggregation: the most frequent word of a list.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const world::Words values = world::attributes()[draw.below(world::attributes().size())].values;
    const auto others = size_t(std::max(2, level.facts / 3));
    const std::vector<size_t> chosen = draw.different(others + 1, values.size());
    std::vector<std::string> words(size_t(level.facts), "");
    const size_t often = std::max<size_t>(3, words.size() / 3);
    for (size_t i = 0; i < words.size(); ++i) words[i] = values[i < often ? chosen[0] : chosen[1 + i % others]];
    WorldItem item;
    item.text = "List:";
    for (const size_t i : draw.different(words.size(), words.size())) item.text += " " + words[i];
    item.text += "\n";
    const std::string answer = values[chosen[0]];
    item.questions.push_back({worldAsk("Which word is the most frequent?"), fmt::format(" {}\n", answer),
                              {fmt::format(" {}\n", values[chosen[1]]), fmt::format(" {}\n", values[chosen[2]])}});
    return item;
}

} // namespace

const WorldKind& counting()
{
    static const WorldKind row{"counting", "Aggregation", "Which word of a list stands there most often.", {15, 0, 1, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
