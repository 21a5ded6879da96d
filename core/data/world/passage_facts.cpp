#include "core/data/world/passage_facts.h"

#include <fmt/format.h>
#include <set>

namespace paretoscope {

namespace {

WorldFact drawFact(WorldDraw& draw, const std::vector<WorldFact>& before, double mixed, size_t attribute)
{
    WorldFact fact;
    if (before.empty() || !draw.chance(mixed)) {
        fact.person = draw.person();
        fact.attribute = attribute;
        return fact;
    }
    const WorldFact& like = before[draw.below(before.size())];
    switch (draw.below(3)) {
    case 0:
        fact.person = draw.person();
        fact.attribute = like.attribute;
        break;
    case 1:
        fact.person = like.person;
        fact.attribute = draw.below(world::attributes().size());
        break;
    default:
        fact.person = draw.personLike(like.person);
        fact.attribute = like.attribute;
    }
    return fact;
}

} // namespace

std::vector<WorldFact> drawFacts(WorldDraw& draw, int count, double mixed)
{
    std::vector<WorldFact> facts;
    std::set<std::pair<WorldPerson, size_t>> taken;
    const size_t attribute = draw.below(world::attributes().size());
    while (int(facts.size()) < count) {
        WorldFact fact = drawFact(draw, facts, mixed, attribute);
        if (!taken.insert({fact.person, fact.attribute}).second) continue;
        fact.value = draw.below(fact.about().values.size());
        facts.push_back(fact);
    }
    return facts;
}

std::string factSentence(WorldDraw& draw, const WorldFact& fact)
{
    return worldSentence(fact.about().statements[draw.below(3)], fact.person.text(), fact.valueText());
}

WorldQuestion askFact(WorldDraw& draw, const WorldFact& fact)
{
    const std::string question = worldSentence(fact.about().questions[draw.below(2)], fact.person.text(), "");
    return {worldAsk(question), fmt::format(" {}\n", fact.valueText()),
            worldChoices(draw, fact.about().values, fact.valueText())};
}

std::string worldPassage(WorldDraw& draw, const std::vector<std::string>& sentences, int fillers,
                         std::vector<double>& positions, const std::string& heading)
{
    const size_t total = sentences.size() + size_t(std::max(0, fillers));
    std::vector<bool> isFact(total, false);
    for (const size_t i : draw.different(sentences.size(), total)) isFact[i] = true;
    std::string text = heading + ":";
    std::vector<size_t> offsets;
    for (size_t i = 0; i < total; ++i) {
        if (isFact[i]) offsets.push_back(text.size());
        text += " " + (isFact[i] ? sentences[offsets.size() - 1] : draw.filler());
    }
    text += "\n";
    positions.clear();
    for (const size_t offset : offsets) positions.push_back(double(offset) / double(text.size()));
    return text;
}

} // namespace paretoscope
