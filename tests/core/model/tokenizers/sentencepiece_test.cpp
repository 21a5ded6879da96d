// SentencePiece models against brute force, in both of their file formats.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/model/tokenizers/sentencepiece_file.h"
#include "core/model/tokenizers/unigram_model.h"
#include "tests/core/model/tokenizers/tokenizer_fixture.h"
#include "tests/test_data.h"

#include <algorithm>
#include <bit>
#include <map>

using namespace paretoscope;
using namespace paretoscope::test;
using namespace paretoscope::tokenizers;

namespace {

const std::string mark = "\u2581";

// Protocol buffers, written.
std::string varint(uint64_t value)
{
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += char(value | 0x80);
    return bytes + char(value);
}
std::string number(uint32_t field, uint64_t value)
{
    return varint(field << 3) + varint(value);
}
std::string bytes(uint32_t field, const std::string& content)
{
    return varint(field << 3 | 2) + varint(content.size()) + content;
}
std::string real(uint32_t field, float value)
{
    const auto bits = std::bit_cast<uint32_t>(value);
    std::string result = varint(field << 3 | 5);
    for (int shift = 0; shift < 32; shift += 8)
        result += char(bits >> shift & 0xff);
    return result;
}
std::string piece(const std::string& text, float score, int type = 1)
{
    return bytes(1, bytes(1, text) + real(2, score) + (type == 1 ? "" : number(3, uint64_t(type))));
}

std::string specials()
{
    return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3);
}

std::shared_ptr<const Tokenizer> openModel(const std::string& content,
                                           const std::string& config = "{}")
{
    const ScratchFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.model", content);
    writeFileAtomically(folder.path() / "tokenizer_config.json", config);
    return openTokenizer(folder.path());
}

struct RandomPieces {
    std::vector<std::string> texts; // ids follow those of the specials
    std::vector<double> scores;
};

// Single characters, and joins of earlier pieces with distinct scores; none crosses a word's start
// unless wanted.
RandomPieces randomPieces(Random& random, bool crossing)
{
    RandomPieces pieces;
    pieces.texts = {mark, "a", "b", "c"};
    while (pieces.texts.size() < 40) {
        const std::string joined = pieces.texts[random.below(pieces.texts.size())] +
                                   pieces.texts[random.below(pieces.texts.size())];
        const size_t inner = joined.find(mark, mark.size());
        const bool crosses = joined.find(mark, 1) != joined.npos && joined.substr(0, 3) != mark;
        if (joined.size() > 14 || (!crossing && (crosses || inner != joined.npos))) continue;
        if (std::find(pieces.texts.begin(), pieces.texts.end(), joined) == pieces.texts.end())
            pieces.texts.push_back(joined);
    }
    for (size_t i = 0; i < pieces.texts.size(); ++i)
        pieces.scores.push_back(-1.0 - double(random.below(4000)) / 64);
    return pieces;
}

std::string modelFile(const RandomPieces& pieces, int algorithm)
{
    std::string file = specials();
    for (size_t i = 0; i < pieces.texts.size(); ++i)
        file += piece(pieces.texts[i], float(pieces.scores[i]));
    return file + bytes(2, number(3, uint64_t(algorithm))) + bytes(3, number(4, 0));
}

std::string randomText(Random& random, size_t length)
{
    std::string text;
    for (size_t i = 0; i < length; ++i)
        text += "abc   "[random.below(5)];
    return text;
}

std::string marked(const std::string& text)
{
    std::string result = text.empty() ? "" : mark;
    for (const char c : text)
        result += c == ' ' ? mark : std::string(1, c);
    return result;
}

// Joins the best neighbours, searching the whole text each time.
Ids naiveBpe(const std::string& text, const RandomPieces& pieces)
{
    std::map<std::string, size_t> index;
    for (size_t i = 0; i < pieces.texts.size(); ++i)
        index[pieces.texts[i]] = i;
    std::vector<std::string> symbols;
    for (const char c : text) {
        if ((uint8_t(c) & 0xc0) == 0x80)
            symbols.back() += c;
        else
            symbols.emplace_back(1, c);
    }
    for (;;) {
        size_t best = symbols.size();
        for (size_t i = 0; i + 1 < symbols.size(); ++i) {
            const auto found = index.find(symbols[i] + symbols[i + 1]);
            if (found == index.end()) continue;
            if (best == symbols.size() ||
                pieces.scores[found->second] >
                    pieces.scores[index.at(symbols[best] + symbols[best + 1])])
                best = i;
        }
        if (best == symbols.size()) break;
        symbols[best] += symbols[best + 1];
        symbols.erase(symbols.begin() + ptrdiff_t(best) + 1);
    }
    Ids ids;
    for (const std::string& symbol : symbols)
        ids.push_back(int32_t(index.at(symbol)) + 3);
    return ids;
}

// The best of all segmentations, tried one by one.
double bestScore(const std::string& text, const RandomPieces& pieces)
{
    if (text.empty()) return 0;
    double best = -1e300;
    for (size_t i = 0; i < pieces.texts.size(); ++i)
        if (text.starts_with(pieces.texts[i]))
            best = std::max(best, pieces.scores[i] +
                                      bestScore(text.substr(pieces.texts[i].size()), pieces));
    return best;
}

} // namespace

class SentencePieceTest : public QObject {
    Q_OBJECT

private slots:
    void bpeAgreesWithNaive();
    void unigramFindsTheBest();
    void unknownCharacters();
    void unigramUserPieces();
    void rolesAndSwitches();
    void normalization();
    void llamaJson();
    void unigramJson();
    void longTextIsQuick();
    void refusesBadFiles();
};

void SentencePieceTest::bpeAgreesWithNaive()
{
    Random random(11);
    for (int round = 0; round < 30; ++round) {
        const RandomPieces pieces = randomPieces(random, round % 2);
        const auto tokenizer = openModel(modelFile(pieces, 2));
        for (int repeat = 0; repeat < 30; ++repeat) {
            const std::string text = randomText(random, random.below(60));
            const Ids ids = tokenizer->encode(text, false);
            QCOMPARE(ids, naiveBpe(marked(text), pieces));
            QCOMPARE(tokenizer->decode(ids), text);
        }
    }
}

void SentencePieceTest::unigramFindsTheBest()
{
    Random random(12);
    for (int round = 0; round < 20; ++round) {
        const RandomPieces pieces = randomPieces(random, round % 2);
        const auto tokenizer = openModel(modelFile(pieces, 1));
        for (int repeat = 0; repeat < 15; ++repeat) {
            const std::string text = randomText(random, random.below(11));
            double score = 0;
            std::string spelled;
            for (const int32_t id : tokenizer->encode(text, false)) {
                score += pieces.scores.at(size_t(id - 3));
                spelled += tokenizer->piece(id);
            }
            QCOMPARE(spelled, marked(text));
            QVERIFY(std::abs(score - bestScore(marked(text), pieces)) < 1e-4);
        }
    }
}

void SentencePieceTest::unknownCharacters()
{
    const std::string some = specials() + piece(mark, -1) + piece("a", -2);
    const auto unigram = openModel(some);
    QCOMPARE(unigram->encode("aéöa é", false), (Ids{3, 4, 0, 4, 3, 0}));
    const auto bpe = openModel(some + bytes(2, number(3, 2)));
    QCOMPARE(bpe->encode("aéöa", false), (Ids{3, 4, 0, 4}));
    std::string full = some;
    for (int byte = 0; byte < 256; ++byte)
        full += piece(QString::asprintf("<0x%02X>", byte).toStdString(), 0, 6);
    const auto fallback = openModel(full + bytes(2, number(3, 2) + number(35, 1)));
    QCOMPARE(fallback->encode("aé", false), (Ids{3, 4, 5 + 0xc3, 5 + 0xa9}));
    QCOMPARE(fallback->encode("a\xff", false), (Ids{3, 4, 5 + 0xff}));
    QCOMPARE(fallback->decode({3, 4, 5 + 0xc3, 5 + 0xa9}), std::string("aé"));
    PARETOSCOPE_EXPECT_ERROR(bpe->encode("a\xff", false), "its byte 1 is 0xFF");
}

void SentencePieceTest::unigramUserPieces()
{
    const auto tokenizer = openModel(specials() + piece(mark, -1) + piece("a", -2) +
                                     piece("b", -2) + piece("ab", -1) + piece("aba", 0, 4));
    QCOMPARE(tokenizer->encode("bababa", false), (Ids{3, 5, 7, 3, 5, 4}));
    QVERIFY(!tokenizer->isSpecial(7));
    QVERIFY(tokenizer->isSpecial(1));
}

void SentencePieceTest::rolesAndSwitches()
{
    const std::string file = specials() + piece(mark + "a", -1);
    QCOMPARE(openModel(file)->beginToken(), std::optional<int32_t>(1));
    QCOMPARE(openModel(file)->endToken(), std::optional<int32_t>(2));
    QCOMPARE(openModel(file)->encode("a", true), (Ids{1, 3}));
    QCOMPARE(
        openModel(file, R"({"add_bos_token": false, "add_eos_token": true})")->encode("a", true),
        (Ids{3, 2}));
    QCOMPARE(openModel(file, R"({"tokenizer_class": "T5Tokenizer"})")->encode("a", true),
             (Ids{3, 2}));
    QCOMPARE(openModel(file, R"({"bos_token": "</s>"})")->encode("a", true), (Ids{2, 3}));
    const auto without = openModel(file + bytes(2, number(41, uint64_t(-1))));
    QVERIFY(!without->beginToken());
}

void SentencePieceTest::normalization()
{
    const std::string file = specials() + piece(mark, -1) + piece("a", -2);
    QCOMPARE(openModel(file)->encode("  a   a ", false), (Ids{3, 4, 3, 4})); // collapses
    const auto exact = openModel(file + bytes(3, number(3, 0) + number(4, 0)));
    QCOMPARE(exact->encode(" a  ", false), (Ids{3, 4, 3, 3}));
    QCOMPARE(exact->decode({3, 4, 3}), std::string(" a "));
    QCOMPARE(exact->encode("a<s>a", false), (Ids{4, 1, 4}));
}

void SentencePieceTest::llamaJson()
{
    // The same vocabulary as Hugging Face converts it: a merge for every way to make a piece, by
    // the score of the result.
    Random random(13);
    const RandomPieces pieces = randomPieces(random, false);
    const auto raw = openModel(modelFile(pieces, 2));
    Json vocab = {{"<unk>", 0}, {"<s>", 1}, {"</s>", 2}};
    for (size_t i = 0; i < pieces.texts.size(); ++i)
        vocab[pieces.texts[i]] = i + 3;
    std::vector<std::pair<double, Json>> ranked;
    for (const std::string& left : pieces.texts)
        for (const std::string& right : pieces.texts)
            if (vocab.contains(left + right)) {
                const size_t result = vocab[left + right].get<size_t>() - 3;
                ranked.emplace_back(-pieces.scores[result], Json::array({left, right}));
            }
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Json merges = Json::array();
    for (const auto& [score, pair] : ranked)
        merges.push_back(pair);
    Json json = Json::parse(R"({"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}})");
    json["model"] = {{"type", "BPE"}, {"vocab", vocab}, {"merges", merges}, {"unk_token", "<unk>"}};
    const auto converted = tokenizerOf(json);
    for (int repeat = 0; repeat < 200; ++repeat) {
        const std::string text = randomText(random, random.below(80));
        const Ids ids = converted->encode(text, false);
        // Equal scores may merge in another order; the scores above are nearly all different.
        QCOMPARE(ids, raw->encode(text, false));
        QCOMPARE(converted->decode(ids), text);
    }
}

void SentencePieceTest::unigramJson()
{
    const Json json = Json::parse(R"({"model": {"type": "Unigram", "unk_id": 0, "vocab":
        [["<unk>", 0], ["▁", -2], ["a", -2.5], ["▁ab", -4], ["b", -3]]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}})");
    const auto tokenizer = tokenizerOf(json);
    QCOMPARE(tokenizer->kind(), std::string("Unigram"));
    QCOMPARE(tokenizer->encode("ab a ab", false), (Ids{3, 1, 2, 3}));
    QCOMPARE(tokenizer->encode("xya", false), (Ids{1, 0, 2}));
    QCOMPARE(tokenizer->decode({3, 1, 2, 3}), std::string("ab a ab"));
    Json bad = json;
    bad["model"]["unk_id"] = 5;
    PARETOSCOPE_EXPECT_ERROR(tokenizerOf(bad), "'unk_id' is 5");
    bad = json;
    bad["model"]["vocab"][2] = {"a"};
    PARETOSCOPE_EXPECT_ERROR(tokenizerOf(bad), "entry 2 is not a piece and its score");
}

void SentencePieceTest::longTextIsQuick()
{
    // Both without and with words to cut at; quadratic work would not end within the limit.
    const std::string file = specials() + piece(mark, -1) + piece("a", -2) + piece("aa", -3);
    for (const int algorithm : {1, 2}) {
        const auto tokenizer = openModel(file + bytes(2, number(3, uint64_t(algorithm))));
        QCOMPARE(tokenizer->encode(std::string(300'000, 'a'), false).size(), size_t(150'001));
        std::string words;
        for (int i = 0; i < 100'000; ++i)
            words += "aa ";
        QCOMPARE(tokenizer->encode(words, false).size(), size_t(200'000));
    }
}

void SentencePieceTest::refusesBadFiles()
{
    const std::string good = specials() + piece("a", -1);
    PARETOSCOPE_EXPECT_ERROR(openModel(""), "holds no pieces");
    PARETOSCOPE_EXPECT_ERROR(openModel("\x0a\x7f"), "tokenizer.model: field 1 claims 127 bytes");
    PARETOSCOPE_EXPECT_ERROR(openModel(good.substr(0, good.size() - 1)), "claims");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + std::string(11, '\xff')), "more than ten bytes");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + "\x0b"), "wire type 3");
    PARETOSCOPE_EXPECT_ERROR(openModel(piece("a", -1)), "no unknown piece");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + piece("b", NAN)), "piece 4 has no finite score");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + piece("b", 0, 9)), "type 9");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + piece("\xff", 0)), "not UTF-8");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + bytes(2, number(3, 4))), "not supported");
    PARETOSCOPE_EXPECT_ERROR(openModel(good + bytes(3, bytes(2, "\xff\xff\xff\xff"))),
                             "character map does not hold");
}

QTEST_GUILESS_MAIN(SentencePieceTest)
#include "sentencepiece_test.moc"
