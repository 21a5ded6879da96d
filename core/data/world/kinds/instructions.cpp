// Instructions that a program can check.
#include "core/data/world/world_draw.h"

#include "core/base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <sstream>

namespace paretoscope::world_kinds {

namespace {

constexpr const char* numbers[] = {"one", "two", "three", "four", "five"};
constexpr const char* plurals[] = {"colours", "cities", "jobs", "pets", "foods", "sports", "instruments", "vehicles"};
constexpr std::string_view listing = "Task: Write the names of ";

world::Words valuesOf(size_t attribute) { return world::attributes()[attribute].values; }

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> drawWords(WorldDraw& draw, size_t count, size_t attribute)
{
    std::vector<std::string> words;
    for (const size_t i : draw.different(count, valuesOf(attribute).size())) words.emplace_back(valuesOf(attribute)[i]);
    return words;
}

WorldItem make(WorldDraw& draw, const WorldLevel&)
{
    const size_t attribute = draw.below(std::size(plurals)), count = 2 + draw.below(4);
    std::vector<std::string> words = drawWords(draw, count, attribute);
    WorldItem item;
    std::string task, answer;
    switch (draw.below(4)) {
    case 0:
        task = fmt::format("{}{} {}.", listing, numbers[count - 1], plurals[attribute]);
        answer = joined(words);
        break;
    case 1:
        task = fmt::format("Task: Repeat the word {} {} times.", words[0], numbers[count - 1]);
        answer = joined(std::vector<std::string>(count, words[0]));
        break;
    case 2:
        task = fmt::format("Task: Write these words in reverse order: {}.", joined(words));
        std::reverse(words.begin(), words.end());
        answer = joined(words);
        break;
    default:
        task = fmt::format("Task: Write the {} of these words: {}.", draw.chance(0.5) ? "first" : "last", joined(words));
        answer = task.find("first") != std::string::npos ? words.front() : words.back();
    }
    item.questions.push_back({task + "\nAnswer:", fmt::format(" {}\n", answer), {}});
    return item;
}

// A listing has many right answers: so many different words, all of the kind asked for.
bool isListing(const std::string& task, const std::string& output)
{
    std::istringstream asked(task.substr(listing.size())), given(output);
    std::string count, plural, word;
    asked >> count >> plural;
    plural = plural.substr(0, plural.find('.'));
    const auto attribute = size_t(std::find(std::begin(plurals), std::end(plurals), plural) - std::begin(plurals));
    const world::Words allowed = valuesOf(attribute);
    std::set<std::string> words;
    size_t written = 0;
    for (; given >> word; ++written) {
        const bool known = std::any_of(allowed.begin(), allowed.end(), [&](const char* w) { return word == w; });
        if (!known || !words.insert(word).second) return false;
    }
    return written > 0 && written <= std::size(numbers) && numbers[written - 1] == count;
}

bool accepts(const WorldItem& item, const std::string& output)
{
    const std::string& task = item.questions.front().text;
    if (task.starts_with(listing)) return isListing(task, output);
    return trimmed(output) == trimmed(item.answer());
}

} // namespace

const WorldKind& instructions()
{
    static const WorldKind row{"instructions", "Instructions",
                               "Do what a sentence says: list, repeat, reverse, choose. A program checks it.",
                               {1, 0, 1, 0}, make, accepts};
    return row;
}

} // namespace paretoscope::world_kinds
