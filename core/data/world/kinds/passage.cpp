// Questions that only the passage before them answers.
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
        const size_t asked = draw.below(facts.size());
        if (q == 0) item.depth = positions[asked];
        item.questions.push_back(askFact(draw, facts[asked]));
    }
    return item;
}

} // namespace

const WorldKind& passage()
{
    static const WorldKind row{"passage",
                               "Facts in a passage",
                               "A question that only the passage answers; other facts resemble the one asked for.",
                               {8, 4, 1, 0.7},
                               make};
    return row;
}

} // namespace paretoscope::world_kinds
