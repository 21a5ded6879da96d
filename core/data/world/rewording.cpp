#include "core/data/world/rewording.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/world/world_draw.h"

#include <algorithm>

namespace paretoscope {

namespace {

constexpr std::string_view passageHeading = "Passage:";
constexpr size_t tableHeading = 2; // lines above the rows

// A sentence of the same world that belongs to the item.
std::string fillerFor(const WorldItem& item)
{
    Random random(1, "rewording " + item.id);
    WorldDraw draw(random, WorldSplit::Test);
    return draw.filler();
}

std::string reversedSentences(std::string_view body)
{
    std::vector<std::string> sentences = splitText(body, '.');
    std::string text;
    for (auto sentence = sentences.rbegin(); sentence != sentences.rend(); ++sentence)
        if (const std::string_view words = trimmed(*sentence); !words.empty()) text += fmt::format(" {}.", words);
    return text;
}

std::vector<std::string> passageTexts(const WorldItem& item)
{
    const std::string_view body = trimmed(std::string_view(item.text).substr(passageHeading.size()));
    const std::string filler = fillerFor(item);
    return {fmt::format("{} {} {}\n", passageHeading, filler, body), fmt::format("{} {} {}\n", passageHeading, body, filler),
            fmt::format("{}{}\n", passageHeading, reversedSentences(body))};
}

std::vector<std::string> tableTexts(const WorldItem& item)
{
    std::vector<std::string> lines = splitText(trimmed(item.text), '\n');
    const auto rows = lines.begin() + std::ptrdiff_t(tableHeading);
    const auto text = [&] {
        std::string joined;
        for (const std::string& line : lines) joined += line + "\n";
        return joined;
    };
    std::vector<std::string> texts;
    std::reverse(rows, lines.end());
    texts.push_back(text());
    std::reverse(rows, lines.end());
    for (int i = 0; i < 2; ++i) {
        std::rotate(rows, rows + 1, lines.end());
        texts.push_back(text());
    }
    return texts;
}

} // namespace

const std::vector<const char*>& rewordableKinds()
{
    static const std::vector<const char*> kinds{"passage", "hops", "table"};
    return kinds;
}

std::vector<WorldItem> worldRewordings(const WorldItem& item)
{
    const bool table = item.text.starts_with("Table:\n");
    if (!table && !item.text.starts_with(passageHeading)) fail(ErrorCode::Internal, "'{}' has no other wordings", item.id);
    std::vector<WorldItem> result;
    for (std::string& text : table ? tableTexts(item) : passageTexts(item)) {
        result.push_back(item);
        result.back().text = std::move(text);
        result.back().id += fmt::format("-{}", result.size());
    }
    return result;
}

} // namespace paretoscope
