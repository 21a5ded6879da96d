// The synthetic text world: unlimited text with known answers, made from a seed.
//
// Every item is a small document with questions about it. What is asked for decides which skill an
// item needs: finding a fact in the text, knowing one by heart, calculating, following a rule. The
// four splits never share an item or a person. Design: methods/context.md, "Synthetic text world".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

enum class WorldSplit { Train, Calibration, Validation, Test };

std::string worldSplitName(WorldSplit split); // "train"

// How hard an item is. Kinds read what they know.
struct WorldLevel {
    int facts = 8;       // facts of a passage, rows of a table, steps of a calculation
    int fillers = 0;     // sentences that say nothing of use
    int questions = 1;   // asked about one document; tests look at the first only
    double mixed = 1;    // share of facts that may be mistaken for another: same name, same attribute
};

struct WorldQuestion {
    std::string text;   // ends where the answer begins: "Question: Where does Ada Moss live?\nAnswer:"
    std::string answer; // " Rome\n": begins with a space, ends with a line break
    std::vector<std::string> choices; // wrong answers in the same form; may be empty
};

struct WorldItem {
    std::string id;   // "passage-test-00042": kind, split, index
    std::string text; // read before the questions; ends with a line break or is empty
    std::vector<WorldQuestion> questions; // none for text that is only read
    double depth = 0; // share of the text before the evidence of the first question

    std::string prompt() const { return text + questions.front().text; }
    const std::string& answer() const { return questions.front().answer; }
};

// The whole of an item as it is trained on.
std::string worldItemText(const WorldItem& item);

class WorldDraw;

struct WorldKind {
    std::string id;      // "passage"
    std::string name;    // "Facts in a passage"
    std::string summary; // what it asks for
    WorldLevel level;    // of its test
    WorldItem (*make)(WorldDraw& draw, const WorldLevel& level);
    // Whether an output (up to the first line break) answers the item; null: it must be the answer.
    bool (*accepts)(const WorldItem& item, const std::string& output) = nullptr;
    bool splitsItself = false; // otherwise an item's text says which split it belongs to
};

namespace world_kinds {
std::span<const WorldKind* const> all();
} // namespace world_kinds

const WorldKind& worldKind(const std::string& id); // Error(BadUsage) with the nearest id

// The same arguments give the same item on every machine.
WorldItem worldItem(const WorldKind& kind, WorldSplit split, uint64_t seed, uint64_t index, const WorldLevel& level);
bool worldAnswerIsRight(const WorldKind& kind, const WorldItem& item, const std::string& output);

// Every word that items are written in, each once, in an order that does not change.
std::vector<std::string> worldWords();

} // namespace paretoscope
