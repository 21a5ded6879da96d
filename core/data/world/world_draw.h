// What the kinds of the synthetic world draw their items with.
#pragma once

#include "core/base/random.h"
#include "core/data/world/world.h"
#include "core/data/world/world_words.h"

#include <string>
#include <vector>

namespace paretoscope {

struct WorldPerson {
    size_t first = 0, last = 0;

    std::string text() const; // "Ada Moss"
    auto operator<=>(const WorldPerson&) const = default;
};

// One item's random draws. Persons are of the item's split.
class WorldDraw {
public:
    WorldDraw(Random& random, WorldSplit split) : random_(random), split_(split) {}

    WorldSplit split() const { return split_; }
    bool owns(const std::string& text) const; // whether a text belongs to this split
    size_t below(size_t bound) { return size_t(random_.below(bound)); }
    int between(int low, int high) { return int(random_.between(low, high)); }
    bool chance(double probability) { return random_.uniform() < probability; }
    std::string word(world::Words words) { return words[below(words.size())]; }
    // `count` different indices below `bound`, in random order; count <= bound.
    std::vector<size_t> different(size_t count, size_t bound);
    WorldPerson person();
    WorldPerson personLike(const WorldPerson& other); // shares one of the names
    std::string filler();                             // a sentence that holds no fact

private:
    Random& random_;
    WorldSplit split_;
};

// "%e likes %v." with both filled in.
std::string worldSentence(const std::string& pattern, const std::string& entity, const std::string& value);
std::string worldAsk(const std::string& question, const std::string& cue = "Answer"); // "Question: ...\nAnswer:"
// `count` values of the list other than the right one, as answers.
std::vector<std::string> worldChoices(WorldDraw& draw, world::Words values, const std::string& right, size_t count = 3);

} // namespace paretoscope
