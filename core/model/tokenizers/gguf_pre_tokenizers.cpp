#include "core/model/tokenizers/gguf_pre_tokenizers.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/tokenizers/pre_tokenizers.h"

#include <algorithm>

namespace paretoscope::tokenizers {

namespace {

// clang-format off
#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define SPACES R"(\s*[\r\n]+|\s+(?!\S)|\s+)"
#define MARKS R"( ?[^\s\p{L}\p{N}]+[\r\n]*)"
#define UPPER R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
#define LOWER R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
#define FIRST R"([^\r\n\p{L}\p{N}]?)"
#define UPPER_NOT_HAN R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])"
#define LOWER_NOT_HAN R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])"

constexpr std::string_view digit = R"(\p{N})";
constexpr std::string_view upToThreeDigits = R"(\p{N}{1,3})";
constexpr std::string_view lines = R"([^\n]+|[\n]+)";
constexpr std::string_view newline = R"([\r\n])";
constexpr std::string_view threeDigits = "[0-9][0-9][0-9]";
constexpr std::string_view llama3 =
    CONTRACTIONS "|" FIRST R"(\p{L}+|\p{N}{1,3}|)" MARKS "|" SPACES;
constexpr std::string_view qwen2 = CONTRACTIONS "|" FIRST R"(\p{L}+|\p{N}|)" MARKS "|" SPACES;
constexpr std::string_view qwen35 =
    CONTRACTIONS "|" FIRST R"([\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" SPACES;
constexpr std::string_view tekken =
    FIRST UPPER "*" LOWER "+|" FIRST UPPER "+" LOWER "*" R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" SPACES;
constexpr std::string_view gpt4o =
    FIRST UPPER "*" LOWER "+" CONTRACTIONS "?|" FIRST UPPER "+" LOWER "*" CONTRACTIONS
    R"(?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" SPACES;
constexpr std::string_view kimi =
    R"([\p{Han}]+|)" FIRST UPPER_NOT_HAN "*" LOWER_NOT_HAN "+" CONTRACTIONS "?|" FIRST UPPER_NOT_HAN "+"
    LOWER_NOT_HAN "*" CONTRACTIONS R"(?|\p{N}{1,3}|)" MARKS "|" SPACES;
constexpr std::string_view bloom = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr std::string_view chineseAndKana = "[一-龥぀-ゟ゠-ヿ]+";
constexpr std::string_view chineseAndHangul = "[一-龥ࠀ-一가-퟿]+";
constexpr std::string_view deepseek3 =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|)"
    R"( ?[\p{P}\p{S}]+[\r\n]*|)" SPACES;
// Letters that have a case.
constexpr std::string_view deepseekLetters =
    R"(\s?[)"
    R"(\x{41}-\x{5A}\x{61}-\x{7A}\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF})"
    R"(\x{1C4}-\x{293}\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386})"
    R"(\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F})"
    R"(\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA})"
    R"(\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15})"
    R"(\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B})"
    R"(\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"
    R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4})"
    R"(\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124})"
    R"(\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F})"
    R"(\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4})"
    R"(\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F})"
    R"(\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17})"
    R"(\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3})"
    R"(\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF})"
    R"(\x{1E900}-\x{1E943})"
    R"(]+)";
constexpr std::string_view deepseekMarks = R"(\s?[!-/:-~！-／：-～‘-‟　-。]+)";
constexpr std::string_view falconMarks = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view bailing =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view seedCoder =
    CONTRACTIONS R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|)" SPACES;
constexpr std::string_view ayaNumbers = R"(\d{1,3}(?=(?:\d{3})*\b))";
constexpr std::string_view jais2 =
    CONTRACTIONS "|" FIRST R"(\p{L}+|\p{N}{1,3}|)" MARKS
    R"(|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|)"
    R"(\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1})";
constexpr std::string_view minicpm5 =
    CONTRACTIONS "|" FIRST R"(\p{L}+|\p{N}+|)" MARKS "|" SPACES;

const std::vector<GgufPreTokenizer>& table()
{
    static const std::string_view gpt2 = gpt2Pattern;
    static const std::vector<GgufPreTokenizer> rows{
        {{"", "default"}, {falconMarks, gpt2, R"(\p{N}+)", threeDigits}},
        {{"gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "gigachat", "a.x-4.0",
          "mellum", "modern-bert", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
          "jina-v1-en", "jina-v2-code", "roberta-bpe"}, {gpt2}},
        {{"llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
          "jina-v5-nano"}, {llama3}, true, true},
        {{"dbrx", "smaug-bpe", "glm4", "chatglm-bpe"}, {llama3}},
        {{"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "megrez", "hunyuan",
          "solar-open", "grok-2"}, {qwen2}},
        {{"qwen35"}, {qwen35}},
        {{"deepseek-llm"}, {newline, deepseekLetters, deepseekMarks, R"(\s+$)", chineseAndHangul,
                            digit}},
        {{"deepseek-coder"}, {newline, R"(\s?\p{L}+)", R"(\s?\p{P}+)", chineseAndHangul, digit}},
        {{"deepseek-v3", "hunyuan-dense", "joyai-llm"}, {upToThreeDigits, chineseAndKana,
                                                         deepseek3}},
        {{"falcon"}, {falconMarks, gpt2, threeDigits}},
        {{"starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
          "mellum2"}, {digit, gpt2}},
        {{"tekken"}, {tekken}, true, true},
        {{"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"}, {gpt4o}},
        {{"tiny_aya", "cohere2moe"}, {ayaNumbers, gpt4o}},
        {{"kimi-k2"}, {kimi}},
        {{"bloom", "gpt3-finnish", "poro-chat"}, {bloom}},
        {{"viking"}, {bloom, digit}},
        {{"chameleon"}, {"<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z",
                         R"(([\t\n]|    |  ))", digit, R"([\p{P}!-/:-@\[-`{-~])", gpt2},
         false, true},
        {{"superbpe"}, {R"(\p{N}+)", R"((?=(\d{3})+(?!\d)))"}},
        {{"bailingmoe", "bailingmoe2", "llada-moe"}, {bailing}},
        {{"seed-coder"}, {seedCoder}},
        {{"jais-2"}, {jais2}},
        {{"minicpm5"}, {upToThreeDigits, minicpm5}, true},
        {{"laguna"}, {lines, qwen2}},
        {{"gemma4", "sarvam-moe"}, {lines}, false, false, true},
    };
    return rows;
}
#undef CONTRACTIONS
#undef SPACES
#undef MARKS
#undef UPPER
#undef LOWER
#undef FIRST
#undef UPPER_NOT_HAN
#undef LOWER_NOT_HAN
// clang-format on

} // namespace

const GgufPreTokenizer& ggufPreTokenizer(const std::string& name, const std::string& source)
{
    std::vector<std::string> known;
    for (const GgufPreTokenizer& row : table()) {
        if (std::find(row.names.begin(), row.names.end(), name) != row.names.end()) return row;
        known.insert(known.end(), row.names.begin(), row.names.end());
    }
    fail(ErrorCode::Unsupported, "{}: 'tokenizer.ggml.pre' is '{}', which is not supported{}",
         source, name, didYouMean(name, known));
}

std::string ggufPreTokenizerName(const std::vector<std::string>& patterns, bool ignoreMerges)
{
    for (const GgufPreTokenizer& row : table()) {
        const bool same = std::equal(row.patterns.begin(), row.patterns.end(), patterns.begin(), patterns.end());
        if (same && row.ignoreMerges == ignoreMerges && !row.marksSpaces && !row.names.front().empty())
            return std::string(row.names.front());
    }
    return {};
}

PreTokenizerPtr makePreTokenizer(const GgufPreTokenizer& description)
{
    std::vector<PreTokenizerPtr> steps;
    for (const std::string_view pattern : description.patterns)
        steps.push_back(std::make_shared<SplitPreTokenizer>(
            Regex(std::string(pattern), "the named pre-tokenizer"), SplitBehavior::Isolated,
            false));
    if (!description.marksSpaces)
        steps.push_back(std::make_shared<ByteLevelPreTokenizer>(false, false));
    return std::make_shared<PreTokenizerSequence>(std::move(steps));
}

} // namespace paretoscope::tokenizers
