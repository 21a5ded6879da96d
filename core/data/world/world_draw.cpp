#include "core/data/world/world_draw.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <fmt/format.h>

namespace paretoscope {

namespace {

// Seven tenths train, a tenth each for the others.
WorldSplit splitOf(uint64_t hash)
{
    switch (hash % 10) {
    case 7: return WorldSplit::Calibration;
    case 8: return WorldSplit::Validation;
    case 9: return WorldSplit::Test;
    default: return WorldSplit::Train;
    }
}

// FNV-1a: the split of an item must never change with a library.
uint64_t hashOf(const std::string& text)
{
    uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ uint8_t(c)) * 1099511628211u;
    return hash ^ (hash >> 29);
}

} // namespace

std::string WorldPerson::text() const
{
    return fmt::format("{} {}", world::firstNames()[first], world::lastNames()[last]);
}

bool WorldDraw::owns(const std::string& text) const
{
    return splitOf(hashOf(text)) == split_;
}

std::vector<size_t> WorldDraw::different(size_t count, size_t bound)
{
    std::vector<size_t> all(bound);
    for (size_t i = 0; i < bound; ++i) all[i] = i;
    for (size_t i = 0; i < count; ++i) std::swap(all[i], all[i + below(bound - i)]);
    all.resize(count);
    return all;
}

WorldPerson WorldDraw::person()
{
    for (;;) {
        const WorldPerson drawn{below(world::firstNames().size()), below(world::lastNames().size())};
        if (owns(drawn.text())) return drawn;
    }
}

WorldPerson WorldDraw::personLike(const WorldPerson& other)
{
    for (int attempt = 0; attempt < 200; ++attempt) {
        WorldPerson drawn = other;
        if (chance(0.5)) drawn.first = below(world::firstNames().size());
        else drawn.last = below(world::lastNames().size());
        if (drawn != other && owns(drawn.text())) return drawn;
    }
    return person(); // hardly any namesake in this split
}

std::string WorldDraw::filler()
{
    const world::Domain& domain = world::domains()[below(world::domains().size())];
    return fmt::format("The {} {} {} the {} in the {}.", word(domain.qualities), word(domain.people), word(domain.verbs),
                       word(domain.objects), word(domain.places));
}

std::string worldSentence(const std::string& pattern, const std::string& entity, const std::string& value)
{
    std::string text;
    for (size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%') text += pattern[i];
        else text += pattern[++i] == 'e' ? entity : value;
    }
    return text;
}

std::string worldAsk(const std::string& question, const std::string& cue)
{
    return fmt::format("Question: {}\n{}:", question, cue);
}

std::vector<std::string> worldChoices(WorldDraw& draw, world::Words values, const std::string& right, size_t count)
{
    std::vector<std::string> choices;
    for (const size_t i : draw.different(std::min(count + 1, values.size()), values.size()))
        if (values[i] != right && choices.size() < count) choices.push_back(fmt::format(" {}\n", values[i]));
    return choices;
}

std::string worldSplitName(WorldSplit split)
{
    switch (split) {
    case WorldSplit::Train: return "train";
    case WorldSplit::Calibration: return "calibration";
    case WorldSplit::Validation: return "validation";
    case WorldSplit::Test: return "test";
    }
    return {};
}

std::string worldItemText(const WorldItem& item)
{
    std::string text = item.text;
    for (const WorldQuestion& question : item.questions) text += question.text + question.answer;
    return text;
}

const WorldKind& worldKind(const std::string& id)
{
    std::vector<std::string> ids;
    for (const WorldKind* kind : world_kinds::all()) {
        if (kind->id == id) return *kind;
        ids.push_back(kind->id);
    }
    fail(ErrorCode::BadUsage, "the synthetic world has no items of the kind '{}'{}", id, didYouMean(id, ids));
}

WorldItem worldItem(const WorldKind& kind, WorldSplit split, uint64_t seed, uint64_t index, const WorldLevel& level)
{
    Random random(seed, "world " + kind.id + " " + worldSplitName(split), index);
    WorldDraw draw(random, split);
    // An item belongs to the split that its text says, so that no two splits can share one.
    WorldItem item;
    do item = kind.make(draw, level);
    while (!kind.splitsItself && splitOf(hashOf(item.questions.empty() ? item.text : item.prompt())) != split);
    item.id = fmt::format("{}-{}-{:05}", kind.id, worldSplitName(split), index);
    return item;
}

bool worldAnswerIsRight(const WorldKind& kind, const WorldItem& item, const std::string& output)
{
    const std::string line = output.substr(0, output.find('\n'));
    if (kind.accepts) return kind.accepts(item, line);
    return trimmed(line) == trimmed(item.answer());
}

} // namespace paretoscope
