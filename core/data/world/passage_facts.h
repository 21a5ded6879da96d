// Facts about people, as sentences and questions: what the kinds about passages share.
#pragma once

#include "core/data/world/world_draw.h"

namespace paretoscope {

struct WorldFact {
    WorldPerson person;
    size_t attribute = 0; // of world::attributes()
    size_t value = 0;

    const world::Attribute& about() const { return world::attributes()[attribute]; }
    std::string valueText() const { return about().values[value]; }
};

// Different (person, attribute) pairs. A share `mixed` of them resembles an earlier one: the same
// attribute of another person, the same person's other attribute, or a namesake.
std::vector<WorldFact> drawFacts(WorldDraw& draw, int count, double mixed);
std::string factSentence(WorldDraw& draw, const WorldFact& fact);
WorldQuestion askFact(WorldDraw& draw, const WorldFact& fact);

// "Passage:" and the sentences on one line, with fillers strewn in; positions[i] is the share of the
// text before sentence i.
std::string worldPassage(WorldDraw& draw, const std::vector<std::string>& sentences, int fillers,
                         std::vector<double>& positions, const std::string& heading = "Passage");

} // namespace paretoscope
