// Facts about countries, which no text repeats when they are asked for: knowledge by heart.
//
// A fact is met more or less often in training: four classes, each twice as frequent as the one
// before.
#include "core/data/world/world_draw.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

// Of five ways to ask for a fact two are met in training and one in each other split; which ones
// differs from fact to fact, so that every way is familiar.
constexpr size_t ways = 5;

struct Known {
    size_t attribute; // of world::attributes(), for the values
    const char* statement;
    const char* questions[ways];
};

constexpr Known known[] = {
    {1,
     "The capital of %e is %v.",
     {"What is the capital of %e?", "Which city is the capital of %e?", "What is the name of the capital of %e?",
      "In %e what is the capital?", "Which capital has %e?"}},
    {3,
     "The animal of %e is the %v.",
     {"What is the animal of %e?", "Which animal belongs to %e?", "What is the name of the animal of %e?",
      "In %e what is the animal?", "Which animal has %e?"}},
    {0,
     "The flag of %e is %v.",
     {"What is the colour of the flag of %e?", "Which colour is the flag of %e?", "Which flag colour belongs to %e?",
      "In %e what is the colour of the flag?", "Which flag has %e?"}},
    {4,
     "In %e people eat %v.",
     {"What is the favourite food of people in %e?", "Which food is eaten most in %e?", "What do people in %e eat?",
      "In %e what is the favourite food?", "Which food belongs to %e?"}},
};

struct Fact {
    size_t country, about;

    world::Words values() const { return world::attributes()[known[about].attribute].values; }
    // Fixed for all time; scattered so that one country's facts do not tell another's.
    size_t value() const
    {
        Random random(20261, "country", country * 16 + about);
        return size_t(random.below(values().size()));
    }
    std::string countryName() const { return world::countries()[country]; }
    // One of the ways that belong to the split.
    size_t way(WorldDraw& draw) const
    {
        const size_t places[] = {draw.below(2), 2, 3, 4};
        return (country + about + places[size_t(draw.split())]) % ways;
    }
    std::string asked(WorldDraw& draw) const
    {
        return worldAsk(worldSentence(known[about].questions[way(draw)], countryName(), ""));
    }
};

Fact draw(WorldDraw& draw)
{
    const size_t countries = world::countries().size(), classes = 4;
    Fact fact{0, draw.below(std::size(known))};
    const size_t ticket = draw.below(15); // 1 + 2 + 4 + 8
    const size_t frequency = draw.split() != WorldSplit::Train ? draw.below(classes)
                             : ticket < 1                      ? 0
                             : ticket < 3                      ? 1
                             : ticket < 7                      ? 2
                                                               : 3;
    fact.country = draw.below(countries / classes) * classes + frequency;
    return fact;
}

WorldItem make(WorldDraw& from, const WorldLevel& level)
{
    WorldItem item;
    for (int q = 0; q < level.questions; ++q) {
        const Fact fact = draw(from);
        const std::string value = fact.values()[fact.value()];
        if (from.split() == WorldSplit::Train && from.chance(0.2)) // a fact that is told, not asked for
            item.text += "Everybody knows: " + worldSentence(known[fact.about].statement, fact.countryName(), value) + "\n";
        else
            item.questions.push_back({fact.asked(from), fmt::format(" {}\n", value),
                                      worldChoices(from, fact.values(), value)});
    }
    return item;
}

} // namespace

const WorldKind& knowledge()
{
    static const WorldKind row{"knowledge", "Knowledge", "Facts about countries, learned by heart in training.",
                               {1, 0, 1, 0}, make, nullptr, true};
    return row;
}

} // namespace paretoscope::world_kinds
