// Questions about somebody whom the passage does not mention: the right answer is "unknown". Half of
// the items ask for a fact that is there, so that always saying so does not pay.
#include "core/data/world/passage_facts.h"

namespace paretoscope::world_kinds {

namespace {

WorldItem make(WorldDraw& draw, const WorldLevel& level)
{
    const std::vector<WorldFact> facts = drawFacts(draw, level.facts, level.mixed);
    std::vector<std::string> sentences;
    for (const WorldFact& fact : facts) sentences.push_back(factSentence(draw, fact));
    WorldItem item;
    std::vector<double> positions;
    item.text = worldPassage(draw, sentences, level.fillers, positions);
    for (int q = 0; q < level.questions; ++q) {
        WorldFact asked = facts[draw.below(facts.size())];
        WorldQuestion question = askFact(draw, asked);
        if (draw.chance(0.5)) {
            const auto mentioned = [&] {
                for (const WorldFact& fact : facts)
                    if (fact.person == asked.person) return true;
                return false;
            };
            while (mentioned()) asked.person = draw.person();
            question = askFact(draw, asked);
            question.answer = " unknown\n";
        }
        item.questions.push_back(std::move(question));
    }
    return item;
}

} // namespace

const WorldKind& missing()
{
    static const WorldKind row{"missing", "Missing facts",
                               "Half of the questions are about somebody the passage does not mention: unknown is right.",
                               {6, 0, 1, 0.7}, make};
    return row;
}

} // namespace paretoscope::world_kinds
