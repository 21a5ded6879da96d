// Arithmetic with the steps written down before the answer.
#include "core/data/world/world_arithmetic.h"

#include "core/base/text.h"

#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

constexpr std::string_view verdict = "The answer is ";

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const WorldCalculation made = drawCalculation(draw, level.facts);
    WorldItem item;
    item.text = made.story;
    item.questions.push_back({worldAsk(made.question, "Steps"), fmt::format(" {} {}{}.\n", made.steps, verdict, made.result), {}});
    // Training also meets the longer way, so that the length of reasoning can be chosen.
    if (level.questions > 1)
        item.questions.push_back({worldAsk(made.question, "Detail"),
                                  fmt::format(" {} {}{}.\n", made.detail, verdict, made.result), {}});
    return item;
}

// What follows the last "The answer is".
std::string conclusion(const std::string& output)
{
    const size_t at = output.rfind(verdict);
    return at == std::string::npos ? "" : std::string(trimmed(output.substr(at + verdict.size())));
}

bool accepts(const WorldItem& item, const std::string& output)
{
    const std::string wanted = conclusion(item.answer().substr(0, item.answer().find('\n')));
    return conclusion(output) == wanted;
}

} // namespace

const WorldKind& arithmeticSteps()
{
    static const WorldKind row{"arithmetic_steps",
                               "Arithmetic in steps",
                               "Four additions and subtractions, each written down; the last result counts.",
                               {4, 0, 1, 0},
                               make,
                               accepts};
    return row;
}

} // namespace paretoscope::world_kinds
