// BERT's words and pieces, SentencePiece's normalization, Oniguruma's patterns.
#include "core/base/error.h"
#include "core/model/tokenizers/charsmap.h"
#include "core/model/tokenizers/normalizer.h"
#include "core/model/tokenizers/onig_pattern.h"
#include "core/model/tokenizers/regex.h"
#include "core/model/tokenizers/text_normalizers.h"
#include "tests/core/model/tokenizers/tokenizer_fixture.h"
#include "tests/test_data.h"

#include <map>

using namespace paretoscope;
using namespace paretoscope::test;
using namespace paretoscope::tokenizers;

namespace {

Json bertJson()
{
    return Json::parse(R"({"normalizer": {"type": "BertNormalizer"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "[CLS]": 1,
            "[SEP]": 2, "want": 3, "##want": 4, "##ed": 5, "wa": 6, "un": 7, "runn": 8, "##ing": 9,
            "!": 10, "博": 11, "推": 12, "'": 13, "s": 14}},
        "decoder": {"type": "WordPiece"}})");
}

// A double array with a block of 256 units for the children of every node: large, and plainly
// right.
std::string charsmapBlob(const std::map<std::string, std::string>& replacements)
{
    std::map<std::string, uint32_t> nodes{{"", 0}}; // position of each prefix's unit
    std::vector<uint32_t> units(256, 0);
    std::string texts;
    std::map<std::string, uint32_t> blocks;
    const auto blockOf = [&](const std::string& prefix) {
        const auto [found, isNew] = blocks.emplace(prefix, uint32_t(units.size()));
        if (isNew) units.resize(units.size() + 256, 0x80000000u); // no label is so high
        return found->second;
    };
    for (const auto& [key, text] : replacements) {
        for (size_t i = 0; i < key.size(); ++i) {
            const uint32_t block = blockOf(key.substr(0, i));
            nodes[key.substr(0, i + 1)] = block ^ uint8_t(key[i]);
            units[block ^ uint8_t(key[i])] |= uint8_t(key[i]);
            units[block ^ uint8_t(key[i])] &= 0x7fffffffu;
        }
        const uint32_t block = blockOf(key);
        units[block] = 0x80000000u | uint32_t(texts.size()); // the leaf, under the byte 0
        units[nodes[key]] |= 0x100;
        texts += text + '\0';
    }
    for (const auto& [prefix, block] : blocks)
        units[nodes[prefix]] |= (nodes[prefix] ^ block) << 10;
    std::string blob;
    const auto append = [&blob](uint32_t value) {
        for (int shift = 0; shift < 32; shift += 8)
            blob += char(value >> shift & 0xff);
    };
    append(uint32_t(units.size() * 4));
    for (const uint32_t unit : units)
        append(unit);
    return blob + texts;
}

EncodeContext context()
{
    EncodeContext result;
    result.source = "tokenizer.json";
    result.maxBytes = 1 << 20;
    return result;
}

std::vector<std::string> matchesOf(const std::string& pattern, const std::string& text)
{
    std::vector<Match> matches;
    const Regex regex(pattern, "tokenizer.json");
    Regex::Matcher(regex).findAll(text, matches);
    std::vector<std::string> result;
    for (const Match& match : matches)
        result.push_back(text.substr(match.begin, match.end - match.begin));
    return result;
}

using Words = std::vector<std::string>;

} // namespace

class WordTokenizersTest : public QObject {
    Q_OBJECT

private slots:
    void wordPiece();
    void bertNormalizer();
    void wordPieceDecoder();
    void wordLevel();
    void metaspace();
    void charsmap();
    void charsmapHostile();
    void base64();
    void nestedClasses();
    void oniguruma();
};

void WordTokenizersTest::wordPiece()
{
    const auto tokenizer = tokenizerOf(bertJson());
    QCOMPARE(tokenizer->encode("unwanted running", false), (Ids{7, 4, 5, 8, 9}));
    QCOMPARE(tokenizer->encode("unwantedX running", false), (Ids{0, 8, 9}));
    QCOMPARE(tokenizer->encode("UNwantéd!running", false), (Ids{7, 4, 5, 10, 8, 9}));
    QCOMPARE(tokenizer->encode("want博推want", false), (Ids{3, 11, 12, 3}));
    QCOMPARE(tokenizer->encode("", false), Ids());
    QCOMPARE(tokenizer->encode("want\u200b\u0007ed wa\tnt", false), (Ids{3, 5, 6, 0}));
    Json json = bertJson();
    json["model"]["max_input_chars_per_word"] = 7;
    QCOMPARE(tokenizerOf(json)->encode("wanted unwanted", false), (Ids{3, 5, 0}));
}

void WordTokenizersTest::bertNormalizer()
{
    const auto normalized = [](const Json& json, const std::string& text) {
        return normalizerFromJson(json, "tokenizer.json")->apply(text, context());
    };
    const Json lower = {{"type", "BertNormalizer"}};
    QCOMPARE(normalized(lower, "ÀÉ Häl\tLo"), std::string("ae hal lo"));
    const Json cased = {{"type", "BertNormalizer"}, {"lowercase", false}};
    QCOMPARE(normalized(cased, "Häl"), std::string("Häl")); // accents go with lower case
    const Json strip = {{"type", "BertNormalizer"}, {"lowercase", false}, {"strip_accents", true}};
    QCOMPARE(normalized(strip, "Häl"), std::string("Hal"));
    QCOMPARE(normalized({{"type", "Nmt"}}, "a\u0001b\u200bc\ufeff"), std::string("ab c "));
}

void WordTokenizersTest::wordPieceDecoder()
{
    const auto tokenizer = tokenizerOf(bertJson());
    QCOMPARE(tokenizer->decode({7, 4, 5, 8, 9, 10}), std::string("unwanted running!"));
    QCOMPARE(tokenizer->decode({3, 13, 14}), std::string("want' s"));
}

void WordTokenizersTest::wordLevel()
{
    const Json json = Json::parse(R"({"model": {"type": "WordLevel", "unk_token": "?",
        "vocab": {"?": 0, "one": 1, "two": 2}}, "pre_tokenizer": {"type": "Whitespace"}})");
    QCOMPARE(tokenizerOf(json)->encode("two one three", false), (Ids{2, 1, 0}));
    QCOMPARE(tokenizerOf(json)->decode({2, 1}), std::string("two one"));
}

void WordTokenizersTest::metaspace()
{
    const auto words = [](const Json& json, const std::string& text) {
        Pieces pieces{text, {{0, text.size(), true}}};
        preTokenizerFromJson(json, "tokenizer.json")->apply(pieces, context());
        Words result;
        for (const Piece& piece : pieces.list)
            result.emplace_back(pieces[piece]);
        return result;
    };
    const Json always = {{"type", "Metaspace"}};
    QCOMPARE(words(always, "Hey   friend!"), (Words{"▁Hey", "▁", "▁", "▁friend!"}));
    QCOMPARE(words(always, " Hey"), (Words{"▁Hey"}));
    QCOMPARE(words({{"type", "Metaspace"}, {"add_prefix_space", false}}, "Hey a"),
             (Words{"Hey", "▁a"}));
    QCOMPARE(words({{"type", "Metaspace"}, {"split", false}}, "Hey a"), (Words{"▁Hey▁a"}));
    const Json first = {
        {"type", "Sequence"},
        {"pretokenizers",
         {{{"type", "WhitespaceSplit"}}, {{"type", "Metaspace"}, {"prepend_scheme", "first"}}}}};
    QCOMPARE(words(first, "Hey a"), (Words{"▁Hey", "a"}));
    PARETOSCOPE_EXPECT_ERROR(words({{"type", "Metaspace"}, {"prepend_scheme", "last"}}, "a"),
                             "'last'");
}

void WordTokenizersTest::charsmap()
{
    const std::string blob = charsmapBlob({{"\u00bd", "1/2"},
                                           {"\t", " "},
                                           {"e\u0301", "\u00e9"},
                                           {"e", "E"},
                                           {"\r", " "},
                                           {"\r\n", " "}});
    const Charsmap map(blob, "tokenizer.model");
    QCOMPARE(map.longest("e\u0301x")->replacement, std::string_view("\u00e9"));
    QCOMPARE(map.longest("e\u0301x")->length, size_t(3));
    QCOMPARE(map.shortest("e\u0301x")->replacement, std::string_view("E"));
    QVERIFY(!map.longest("x") && !map.longest(""));

    SentencePieceSettings settings;
    settings.addPrefix = false;
    const SentencePieceNormalizer native(Charsmap(blob, "t"), settings);
    QCOMPARE(native.apply("\u00bd\te\u0301e\r\nx", context()), "1/2▁\u00e9E▁x");
    const PrecompiledNormalizer library{Charsmap(blob, "t")};
    // The library replaces a whole grapheme by what its shortest key maps to.
    QCOMPARE(library.apply("\u00bd\te\u0301\r\nx", context()), std::string("1/2 E x"));
}

void WordTokenizersTest::charsmapHostile()
{
    PARETOSCOPE_EXPECT_ERROR(Charsmap("abc", "t"), "character map");
    PARETOSCOPE_EXPECT_ERROR(Charsmap(std::string("\x07\0\0\0abcdefg", 11), "t"), "character map");
    // Random units must never lead outside.
    std::string blob = std::string("\x00\x04\x00\x00", 4) + std::string(1024, '\0') + "abc";
    uint32_t state = 1;
    for (int repeat = 0; repeat < 2000; ++repeat) {
        for (size_t i = 4; i < 1028; ++i)
            blob[i] = char((state = state * 1664525 + 1013904223) >> 24);
        const Charsmap map(blob, "t");
        for (int byte = 1; byte < 256; ++byte) {
            const auto found = map.longest(std::string(3, char(byte)));
            QVERIFY(!found || found->replacement.size() <= 3);
        }
    }
}

void WordTokenizersTest::base64()
{
    QCOMPARE(base64Bytes("TWFu"), std::optional<std::string>("Man"));
    QCOMPARE(base64Bytes("TWE="), std::optional<std::string>("Ma"));
    QCOMPARE(base64Bytes("+/8="), std::optional<std::string>("\xfb\xff"));
    QVERIFY(!base64Bytes("a*b"));
}

void WordTokenizersTest::nestedClasses()
{
    QCOMPARE(matchesOf(R"( ?[^(\s|[.,!?…。，、।۔،])]+)", "Hi, (you) a|b…"),
             (Words{"Hi", "you", " a", "b"}));
    QCOMPARE(matchesOf(R"([a-z&&[^aeiou]]+)", "strong tea"), (Words{"str", "ng", "t"}));
    QCOMPARE(matchesOf(R"([\p{L}&&[^\p{Han}]]+)", "ab中文cd"), (Words{"ab", "cd"}));
    QCOMPARE(matchesOf(R"([^\d&&[5-9]]+)", "34567a"), (Words{"34", "a"})); // no digit from 5 to 9
}

void WordTokenizersTest::oniguruma()
{
    QCOMPARE(matchesOf(R"(\h+)", "xyzBEEF0g"), (Words{"BEEF0"}));
    QCOMPARE(matchesOf(R"(\p{Han}+)", "「中文」"),
             (Words{"中文"})); // the script, not its extensions
    QCOMPARE(matchesOf(R"([]\[]+)", "a[]b"), (Words{"[]"}));
    QCOMPARE(matchesOf(R"([[:alpha:]]+)", "ab1"), (Words{"ab"}));
    QCOMPARE(matchesOf(R"(^a$)", "a\nb\na"), (Words{"a", "a"}));
    QCOMPARE(matchesOf(R"(\p{^L}+)", "ab12"), (Words{"12"}));
    QCOMPARE(matchesOf(R"(\p{Letter}+)", "ab12"), (Words{"ab"}));
}

QTEST_GUILESS_MAIN(WordTokenizersTest)
#include "word_tokenizers_test.moc"
