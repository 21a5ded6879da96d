#include "core/data/world/world_arithmetic.h"

#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr const char* gains[] = {"finds", "buys"};
constexpr const char* losses[] = {"loses", "gives away"};

} // namespace

WorldCalculation drawCalculation(WorldDraw& draw, int steps)
{
    const std::string who = draw.word(world::firstNames()), what = draw.word(world::countedThings());
    WorldCalculation result;
    int value = draw.between(1, 30);
    result.story = fmt::format("Problem: {} has {} {}.", who, value, what);
    for (int i = 0; i < steps; ++i) {
        const int change = draw.between(1, 9);
        const bool up = value < change || (value + change <= 99 && draw.chance(0.5));
        result.story += fmt::format(" {} {} {}{}.", who, (up ? gains : losses)[draw.below(2)], change, up ? " more" : "");
        const int after = up ? value + change : value - change;
        const std::string step = fmt::format("{} {} {} = {}", value, up ? '+' : '-', change, after);
        result.steps += (i ? ", " : "") + step;
        result.detail += fmt::format("{}{} has {} {}.", i ? " Then " : "", who, step, what);
        value = after;
    }
    result.steps += ".";
    result.story += "\n";
    result.question = fmt::format("How many {} does {} have now?", what, who);
    result.result = value;
    return result;
}

} // namespace paretoscope
