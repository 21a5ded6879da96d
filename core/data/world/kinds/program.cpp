// Small programs of assignments: the value of a variable through a chain of others.
#include "core/data/world/world_draw.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

struct Variable {
    char name;
    int value;
};

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const auto count = size_t(std::min(level.facts, 20));
    const std::vector<size_t> names = draw.different(count, 26);
    std::vector<Variable> variables;
    WorldItem item;
    item.text = "Program:\n";
    for (size_t i = 0; i < count; ++i) {
        Variable made{char('a' + names[i]), draw.between(0, 9)};
        if (i > 0 && draw.chance(0.6)) {
            const Variable& from = variables[draw.below(variables.size())];
            made.value = from.value;
            item.text += fmt::format("{} = {}\n", made.name, from.name);
        } else {
            item.text += fmt::format("{} = {}\n", made.name, made.value);
        }
        variables.push_back(made);
    }
    for (int q = 0; q < level.questions; ++q) {
        const size_t asked = draw.below(count);
        if (q == 0) item.depth = double(asked) / double(count);
        const int value = variables[asked].value;
        std::vector<std::string> others;
        for (int i = 1; i <= 3; ++i) others.push_back(fmt::format(" {}\n", (value + 3 * i) % 10));
        item.questions.push_back({fmt::format("print({})\nOutput:", variables[asked].name), fmt::format(" {}\n", value), others});
    }
    return item;
}

} // namespace

const WorldKind& program()
{
    static const WorldKind row{"program", "Programs", "What a program of assignments prints, through chains of variables.",
                               {8, 0, 1, 0}, make};
    return row;
}

} // namespace paretoscope::world_kinds
