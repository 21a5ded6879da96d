// Questions that need two facts of a passage, one after the other.
#include "core/data/world/passage_facts.h"

#include <algorithm>
#include <fmt/format.h>

namespace paretoscope::world_kinds {

namespace {

struct Friends {
    WorldPerson person, other;
};

std::string friendSentence(WorldDraw& draw, const Friends& pair)
{
    return draw.chance(0.5) ? fmt::format("The friend of {} is {}.", pair.person.text(), pair.other.text())
                            : fmt::format("{} is the friend of {}.", pair.other.text(), pair.person.text());
}

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    // Every person whose fact stands here is somebody's friend; several share the attribute.
    std::vector<WorldFact> facts;
    std::vector<Friends> friends;
    std::vector<WorldPerson> used;
    const auto newPerson = [&] {
        for (;;) {
            const WorldPerson person = draw.person();
            if (std::find(used.begin(), used.end(), person) == used.end()) return used.emplace_back(person);
        }
    };
    const size_t attribute = draw.below(world::attributes().size());
    const int count = std::max(1, level.facts / 2);
    for (int i = 0; i < count; ++i) {
        WorldFact fact{newPerson(), draw.chance(level.mixed) ? attribute : draw.below(world::attributes().size()), 0};
        fact.value = draw.below(fact.about().values.size());
        friends.push_back({newPerson(), fact.person});
        facts.push_back(fact);
    }
    std::vector<std::string> sentences;
    for (const WorldFact& fact : facts) sentences.push_back(factSentence(draw, fact));
    for (const Friends& pair : friends) sentences.push_back(friendSentence(draw, pair));
    std::vector<std::string> shuffled;
    for (const size_t i : draw.different(sentences.size(), sentences.size())) shuffled.push_back(sentences[i]);
    WorldItem item;
    std::vector<double> positions;
    item.text = worldPassage(draw, shuffled, level.fillers, positions);
    for (int q = 0; q < level.questions; ++q) {
        const size_t asked = draw.below(facts.size());
        const WorldFact& fact = facts[asked];
        const std::string who = "the friend of " + friends[asked].person.text();
        const std::string text = worldSentence(fact.about().questions[draw.below(2)], who, "");
        item.questions.push_back({worldAsk(text), fmt::format(" {}\n", fact.valueText()),
                                  worldChoices(draw, fact.about().values, fact.valueText())});
    }
    return item;
}

} // namespace

const WorldKind& hops()
{
    static const WorldKind row{"hops", "Two hops", "A question about somebody's friend: two facts must be joined.",
                               {8, 0, 1, 0.8}, make};
    return row;
}

} // namespace paretoscope::world_kinds
