// Tables: the value at a row and a column.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    constexpr size_t columns = 3;
    const auto rows = size_t(level.facts);
    const std::vector<size_t> names = draw.different(rows, world::firstNames().size());
    const std::vector<size_t> headings = draw.different(columns, world::attributes().size());
    WorldItem item;
    item.text = "Table:\nname";
    for (const size_t h : headings) item.text += fmt::format(" | {}", world::attributes()[h].name);
    item.text += "\n";
    std::vector<std::vector<std::string>> cells(rows);
    for (size_t r = 0; r < rows; ++r) {
        item.text += world::firstNames()[names[r]];
        for (const size_t h : headings) {
            cells[r].push_back(draw.word(world::attributes()[h].values));
            item.text += " | " + cells[r].back();
        }
        item.text += "\n";
    }
    for (int q = 0; q < level.questions; ++q) {
        const size_t row = draw.below(rows), column = draw.below(columns);
        if (q == 0) item.depth = double(row) / double(rows);
        const world::Attribute& attribute = world::attributes()[headings[column]];
        const std::string text = fmt::format("What is the {} of {}?", attribute.name, world::firstNames()[names[row]]);
        item.questions.push_back({worldAsk(text), fmt::format(" {}\n", cells[row][column]),
                                  worldChoices(draw, attribute.values, cells[row][column])});
    }
    return item;
}

} // namespace

const WorldKind& table()
{
    static const WorldKind row{"table", "Tables", "The value at a row and a column of a table.", {6, 0, 1, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
