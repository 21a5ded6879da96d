#include "core/data/world/world_tokenizer.h"

#include "core/base/error.h"
#include "core/data/world/world.h"
#include "core/data/world/world_words.h"
#include "core/model/tokenizers/byte_alphabet.h"

namespace paretoscope {

namespace {

constexpr const char* specials[] = {"<|begin|>", "<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"};

// Words that begin a line, where no space stands before them.
constexpr const char* lineStarts[] = {"Pairs",   "Passage", "Question", "Answer", "Steps",     "Detail", "Problem", "Task",
                                      "Story",   "Table",   "List",     "Program", "Output",   "Everybody", "print", "name",
                                      "Note",    "Short",   "def",      "return"};

std::string spelled(const std::string& text)
{
    std::string result;
    tokenizers::appendSpelling(result, text);
    return result;
}

constexpr const char* laterLineStarts[] = {"Sums"};

Json specialToken(const std::string& content, int64_t id)
{
    return {{"id", id},         {"content", content},  {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false}, {"special", true}};
}

Json vocabulary(Json& added)
{
    Json entries = Json::object();
    const auto add = [&](const std::string& piece) {
        if (!entries.contains(piece)) entries[piece] = int64_t(entries.size());
    };
    for (const char* special : specials) {
        added.push_back(specialToken(special, int64_t(entries.size())));
        add(special);
    }
    for (int byte = 0; byte < 256; ++byte) add(spelled(std::string(1, char(byte))));
    for (char digit = '0'; digit <= '9'; ++digit) add(spelled(std::string(" ") + digit));
    for (char letter = 'a'; letter <= 'z'; ++letter) add(spelled(std::string(" ") + letter));
    for (const char* mark : {" =", " +", " -", " |", " *", " (", " :", " \""}) add(spelled(mark));
    for (const char* word : lineStarts) add(word);
    for (const char* word : world::firstNames()) add(word);
    for (const std::string& word : worldWords()) add(spelled(" " + word));
    for (const char* word : laterLineStarts) add(word); // behind the others, whose numbers models have learned
    if (int64_t(entries.size()) > worldVocabulary) fail(ErrorCode::Internal, "the world's words exceed its vocabulary");
    for (int64_t spare = 0; int64_t(entries.size()) < worldVocabulary; ++spare) {
        const std::string name = fmt::format("<|spare{}|>", spare);
        added.push_back(specialToken(name, int64_t(entries.size())));
        add(name);
    }
    return entries;
}

} // namespace

Json worldTokenizerJson()
{
    Json added = Json::array();
    const Json entries = vocabulary(added);
    // A word, a digit or a mark with the space before it; line breaks and other spaces alone.
    const Json split{{"type", "Split"},
                     {"pattern", {{"Regex", R"( ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]|\s)"}}},
                     {"behavior", "Isolated"},
                     {"invert", false}};
    const Json bytes{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
    const Json begin{{"SpecialToken", {{"id", specials[0]}, {"type_id", 0}}}};
    const Json text{{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    return {{"version", "1.0"},
            {"added_tokens", added},
            {"normalizer", nullptr},
            {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {split, bytes}}}},
            {"post_processor",
             {{"type", "TemplateProcessing"},
              {"single", {begin, text}},
              {"pair", {begin, text}},
              {"special_tokens", {{specials[0], {{"id", specials[0]}, {"ids", {0}}, {"tokens", {specials[0]}}}}}}}},
            {"decoder", bytes},
            {"model",
             {{"type", "BPE"},
              {"dropout", nullptr},
              {"unk_token", nullptr},
              {"continuing_subword_prefix", nullptr},
              {"end_of_word_suffix", nullptr},
              {"fuse_unk", false},
              {"byte_fallback", false},
              {"ignore_merges", true},
              {"vocab", entries},
              {"merges", Json::array()}}}};
}

Json worldTokenizerConfig(int64_t contextLength)
{
    return {{"tokenizer_class", "PreTrainedTokenizerFast"},
            {"bos_token", specials[0]},
            {"eos_token", specials[1]},
            {"pad_token", specials[2]},
            {"model_max_length", contextLength},
            {"add_bos_token", true}};
}

} // namespace paretoscope
