// Splitting, normalizing, added tokens and decoding, step by step.
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/model/tokenizers/added_tokens.h"
#include "core/model/tokenizers/decoder.h"
#include "core/model/tokenizers/normalizer.h"
#include "core/model/tokenizers/post_processor.h"
#include "core/model/tokenizers/pre_tokenizer.h"
#include "tests/test_data.h"

using namespace paretoscope;
using namespace paretoscope::tokenizers;

namespace {

using Words = std::vector<std::string>;

EncodeContext contextOf(std::string_view text)
{
    EncodeContext context;
    context.source = "tokenizer.json";
    context.maxBytes = EncodeContext::limitFor(text.size());
    return context;
}

Words split(const Json& json, const std::string& text)
{
    Pieces pieces{text, {{0, text.size(), true}}};
    preTokenizerFromJson(json, "tokenizer.json")->apply(pieces, contextOf(text));
    Words words;
    for (const Piece& piece : pieces.list)
        words.emplace_back(pieces[piece]);
    return words;
}

Json splitJson(const std::string& behavior, bool invert = false)
{
    return {{"type", "Split"},
            {"pattern", {{"Regex", R"(\w+|[^\w\s]+)"}}},
            {"behavior", behavior},
            {"invert", invert}};
}

std::string normalize(const Json& json, const std::string& text)
{
    return normalizerFromJson(json, "tokenizer.json")->apply(text, contextOf(text));
}

std::string decode(const Json& json, const Words& words)
{
    std::vector<DecodedToken> tokens;
    for (const std::string& word : words)
        tokens.push_back({word, false});
    decoderFromJson(json, "tokenizer.json")->apply(tokens);
    std::string text;
    for (const DecodedToken& token : tokens)
        text += token.text;
    return text;
}

} // namespace

class TokenizerPiecesTest : public QObject {
    Q_OBJECT

private slots:
    void splitBehaviors();
    void otherPreTokenizers();
    void emptyMatchesCut();
    void gpt2Words();
    void normalizers();
    void addedTokens();
    void addedTokensTakeSpace();
    void postProcessors();
    void decoders();
    void hostilePatterns();
    void hostileGrowth();
};

void TokenizerPiecesTest::splitBehaviors()
{
    const std::string text = "How are you doing?";
    QCOMPARE(split(splitJson("Removed"), text), (Words{" ", " ", " "}));
    QCOMPARE(split(splitJson("Removed", true), text), (Words{"How", "are", "you", "doing", "?"}));
    QCOMPARE(split(splitJson("Isolated"), text),
             (Words{"How", " ", "are", " ", "you", " ", "doing", "?"}));
    QCOMPARE(split(splitJson("MergedWithPrevious"), text),
             (Words{"How", " are", " you", " doing", "?"}));
    QCOMPARE(split(splitJson("MergedWithNext"), text),
             (Words{"How ", "are ", "you ", "doing", "?"}));
    QCOMPARE(split(splitJson("Contiguous"), text),
             (Words{"How", " ", "are", " ", "you", " ", "doing?"}));
}

void TokenizerPiecesTest::otherPreTokenizers()
{
    const Json each = {{"type", "Digits"}, {"individual_digits", true}};
    QCOMPARE(split(each, "a12b"), (Words{"a", "1", "2", "b"}));
    QCOMPARE(split({{"type", "Digits"}}, "a12b٣"), (Words{"a", "12", "b", "٣"}));
    QCOMPARE(split({{"type", "Punctuation"}}, "so, «x»"), (Words{"so", ",", " ", "«", "x", "»"}));
    QCOMPARE(split({{"type", "Whitespace"}}, " naïve  x."), (Words{"naïve", "x", "."}));
    QCOMPARE(split({{"type", "WhitespaceSplit"}}, "\ta\u3000b. "), (Words{"a", "b."}));
    const Json both = {{"type", "Sequence"},
                       {"pretokenizers", {{{"type", "WhitespaceSplit"}}, {{"type", "Digits"}}}}};
    QCOMPARE(split(both, "a1 22"), (Words{"a", "1", "22"}));
    const Json literal = {
        {"type", "Split"}, {"pattern", {{"String", "a.b"}}}, {"behavior", "Isolated"}};
    QCOMPARE(split(literal, "xa.baxb"), (Words{"x", "a.b", "axb"}));
}

void TokenizerPiecesTest::emptyMatchesCut()
{
    const Json json = {
        {"type", "Split"}, {"pattern", {{"Regex", "(?=[A-Z])"}}}, {"behavior", "Isolated"}};
    QCOMPARE(split(json, "oneTwoÄThree"), (Words{"one", "TwoÄ", "Three"}));
}

void TokenizerPiecesTest::gpt2Words()
{
    const Json json = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
    QCOMPARE(split(json, "I'm  here\n\n 42x!? don't"),
             (Words{"I", "'m", "Ġ", "Ġhere", "ĊĊ", "Ġ42", "x", "!?", "Ġdon", "'t"}));
    QCOMPARE(split(json, "it'S é"), (Words{"it", "'", "S", "ĠÃ©"}));
    QCOMPARE(split({{"type", "ByteLevel"}}, "hi"), (Words{"Ġhi"})); // the prefix is the default
    QCOMPARE(split({{"type", "ByteLevel"}, {"use_regex", false}}, " a b"), (Words{"ĠaĠb"}));
}

void TokenizerPiecesTest::normalizers()
{
    const std::string decomposed = "e\u0301";
    QCOMPARE(normalize({{"type", "NFC"}}, decomposed), std::string("\u00e9"));
    QCOMPARE(normalize({{"type", "NFD"}}, "\u00e9"), decomposed);
    QCOMPARE(normalize({{"type", "NFKC"}}, "\ufb01 \u2460"), std::string("fi 1"));
    QCOMPARE(normalize({{"type", "NFKD"}}, "\uff21\u00e9"), "A" + decomposed);
    QCOMPARE(normalize({{"type", "Lowercase"}}, "ÀΣİX"), std::string("àσi\u0307x"));
    QCOMPARE(normalize({{"type", "StripAccents"}}, decomposed), std::string("e"));
    QCOMPARE(normalize({{"type", "Strip"}}, "\u00a0 a b\u3000\n"), std::string("a b"));
    QCOMPARE(normalize({{"type", "Strip"}, {"strip_left", false}}, " a "), std::string(" a"));
    QCOMPARE(normalize({{"type", "Prepend"}, {"prepend", "_"}}, "a"), std::string("_a"));
    QCOMPARE(normalize({{"type", "Prepend"}, {"prepend", "_"}}, ""), std::string());
    QCOMPARE(normalize({{"type", "ByteLevel"}}, " é"), std::string("ĠÃ©"));
    const Json sequence = {
        {"type", "Sequence"},
        {"normalizers",
         {{{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}},
          {{"type", "Replace"}, {"pattern", {{"String", "."}}}, {"content", "!"}}}}};
    QCOMPARE(normalize(sequence, "a   b."), std::string("a b!"));
}

void TokenizerPiecesTest::addedTokens()
{
    const AddedTokens tokens({{0, "<a>", true}, {1, "<a>b", false}, {2, "cat", false, true}},
                             {"<a>", "<a>b", "cat"}, "tokenizer.json");
    const auto spans = [&](std::string_view text, bool special = true) {
        std::string result;
        for (const TokenSpan& span : tokens.split(text, false, special))
            result +=
                fmt::format("{}:{} ", span.token, text.substr(span.begin, span.end - span.begin));
        return result;
    };
    QCOMPARE(spans("x<a>b<a>"), std::string("-1:x 1:<a>b 0:<a> "));
    QCOMPARE(spans("x<a>", false), std::string("-1:x<a> "));
    QCOMPARE(spans("cat concat cats \u00e9cat cat"),
             std::string("2:cat -1: concat cats écat  2:cat "));
    QCOMPARE(spans("\xff"
                   "cat\xfe"),
             std::string("-1:\xff 2:cat -1:\xfe "));
    QCOMPARE(spans(""), std::string());
}

void TokenizerPiecesTest::addedTokensTakeSpace()
{
    const AddedTokens tokens({{0, "<m>", true, false, true, true}}, {"<m>"}, "tokenizer.json");
    const std::vector<TokenSpan> spans = tokens.split("a \u3000<m>  b<m>\n<m>", false, true);
    QCOMPARE(spans.size(), size_t(5));
    QCOMPARE(spans[1].begin, size_t(1));
    QCOMPARE(spans[1].end, size_t(10));
    QCOMPARE(spans[3].end, size_t(15)); // the newline goes to the token before it
    QCOMPARE(spans[4].begin, size_t(15));
}

void TokenizerPiecesTest::postProcessors()
{
    const Json bert = {{"type", "BertProcessing"}, {"sep", {"[SEP]", 9}}, {"cls", {"[CLS]", 8}}};
    QCOMPARE(PostProcessor::fromJson(bert, "t").apply({1, 2}), (std::vector<int32_t>{8, 1, 2, 9}));
    const Json both = Json::parse(R"({"type": "Sequence", "processors": [{"type": "ByteLevel"},
        {"type": "TemplateProcessing", "pair": [], "single":
            [{"SpecialToken": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
         "special_tokens": {"B": {"id": "B", "ids": [5, 6], "tokens": ["b", "c"]}}}]})");
    const PostProcessor processor = PostProcessor::fromJson(both, "t");
    QCOMPARE(processor.apply({1}), (std::vector<int32_t>{5, 6, 1}));
    QCOMPARE(processor.first(), std::optional<int32_t>(5));
    QVERIFY(!processor.last());
    QCOMPARE(PostProcessor::fromJson(Json(), "t").apply({1}), (std::vector<int32_t>{1}));
}

void TokenizerPiecesTest::decoders()
{
    QCOMPARE(decode({{"type", "ByteLevel"}}, {"ĠÃ", "©"}), std::string(" é"));
    QCOMPARE(decode({{"type", "ByteFallback"}}, {"<0xE2>", "<0x82>", "<0xac>", "<0x1>"}),
             std::string("€<0x1>"));
    QCOMPARE(decode({{"type", "BPEDecoder"}}, {"lo", "w</w>", "er</w>"}), std::string("low er"));
    // The decoder of Llama 2 and its kin.
    const Json llama = Json::parse(R"({"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})");
    QCOMPARE(decode(llama, {"▁▁Hey", "▁you", "<0xFF>"}), std::string(" Hey you\xff"));
    const Json strip = {{"type", "Strip"}, {"content", "ab"}, {"start", 2}, {"stop", 1}};
    QCOMPARE(decode(strip, {"abababxabab"}), std::string("abxab"));
    QCOMPARE(decode(strip, {"ab"}), std::string());
}

void TokenizerPiecesTest::hostilePatterns()
{
    const auto pattern = [](const std::string& regex) {
        return Json{{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Removed"}};
    };
    PARETOSCOPE_EXPECT_ERROR(split(pattern("(a"), "a"), "the pattern '(a' cannot be used");
    PARETOSCOPE_EXPECT_ERROR(split(pattern(std::string(70'000, 'a')), "a"), "cannot be used");
    PARETOSCOPE_EXPECT_ERROR(split(pattern(R"(\C)"), "a"), "cannot be used");
    PARETOSCOPE_EXPECT_ERROR(
        split(pattern("((((a*)*)*)*)*b|(a|aa)+$"), std::string(5000, 'a') + "c"),
        "cannot be matched against this text");
    PARETOSCOPE_EXPECT_ERROR(split({{"type", "Mystery"}}, "a"), "'Mystery' is not supported");
}

void TokenizerPiecesTest::hostileGrowth()
{
    const Json huge = {{"type", "Replace"},
                       {"pattern", {{"String", "a"}}},
                       {"content", std::string(100'000, 'b')}};
    PARETOSCOPE_EXPECT_ERROR(normalize(huge, std::string(1000, 'a')), "unreasonably long");
    Json twice = {{"type", "ByteLevel"}};
    for (int i = 0; i < 5; ++i)
        twice = {{"type", "Sequence"}, {"pretokenizers", {twice, twice, twice}}};
    PARETOSCOPE_EXPECT_ERROR(split(twice, "é"), "unreasonably long");
}

QTEST_GUILESS_MAIN(TokenizerPiecesTest)
#include "tokenizer_pieces_test.moc"
