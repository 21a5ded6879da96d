// Byte-level BPE against reference ids, a naive merge loop, and round trips.
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "tests/core/model/tokenizers/tokenizer_fixture.h"
#include "tests/test_data.h"

#include <algorithm>
#include <map>
#include <thread>

using namespace paretoscope;
using namespace paretoscope::test;

namespace {

std::filesystem::path starterFolder()
{
    return dataFolder() / "starter-llama";
}

// Merges one pair after the other, searching the whole word each time.
Ids naiveMerge(std::string_view word,
               const std::map<std::pair<int, int>, std::pair<int, int>>& merges)
{
    Ids ids;
    for (const char byte : word)
        ids.push_back(uint8_t(byte));
    for (;;) {
        size_t best = ids.size();
        int bestRank = INT_MAX;
        for (size_t i = 0; i + 1 < ids.size(); ++i) {
            const auto found = merges.find({ids[i], ids[i + 1]});
            if (found == merges.end() || found->second.first >= bestRank) continue;
            bestRank = found->second.first;
            best = i;
        }
        if (best == ids.size()) return ids;
        ids[best] = merges.at({ids[best], ids[best + 1]}).second;
        ids.erase(ids.begin() + ptrdiff_t(best) + 1);
    }
}

} // namespace

class ByteLevelBpeTest : public QObject {
    Q_OBJECT

private slots:
    void referenceIds();
    void addsBeginToken();
    void roundTripsRealText();
    void roundTripsAnyBytes();
    void readsSpecialTokens();
    void agreesWithNaiveMerging();
    void mergesLongWordsQuickly();
    void sameFromManyThreads();
    void refusesIdsOutside();
};

void ByteLevelBpeTest::referenceIds()
{
    PARETOSCOPE_REQUIRE(starterFolder());
    const auto tokenizer = openTokenizer(starterFolder());
    QVERIFY(tokenizer);
    const Json golden = readJsonFile(starterFolder() / "golden.json");
    QVERIFY(golden.at("tokenize").size() > 3);
    for (const auto& [text, ids] : golden.at("tokenize").items()) {
        QCOMPARE(tokenizer->encode(text, false), ids.get<Ids>());
        QCOMPARE(tokenizer->decode(ids.get<Ids>()), text);
    }
}

void ByteLevelBpeTest::addsBeginToken()
{
    PARETOSCOPE_REQUIRE(starterFolder());
    const auto tokenizer = openTokenizer(starterFolder());
    QCOMPARE(tokenizer->beginToken(), std::optional<int32_t>(0));
    QCOMPARE(tokenizer->endToken(), std::optional<int32_t>(1));
    QCOMPARE(tokenizer->kind(), std::string("byte-level BPE"));
    QCOMPARE(tokenizer->vocabularySize(), int64_t(2048));
    QCOMPARE(tokenizer->encode("Hello, world!", true), (Ids{0, 722, 297, 81, 14, 1968, 3}));
    QCOMPARE(tokenizer->encode("", true), (Ids{0}));
    QCOMPARE(tokenizer->encode("", false), Ids());
}

void ByteLevelBpeTest::roundTripsRealText()
{
    const auto file = dataFolder() / "wikitext2.test.txt";
    PARETOSCOPE_REQUIRE(file);
    PARETOSCOPE_REQUIRE(starterFolder());
    const auto tokenizer = openTokenizer(starterFolder());
    const std::string text = readFile(file);
    // "<unk>" is a word of this corpus, and here it is to stay text.
    const Ids ids = tokenizer->encode(text, false, false);
    QVERIFY(ids.size() * 2 < text.size());
    QCOMPARE(tokenizer->decode(ids), text);
    QCOMPARE(std::count(ids.begin(), ids.end(), 2), ptrdiff_t(0));
    const Ids parsed = tokenizer->encode(text, false, true);
    QVERIFY(std::count(parsed.begin(), parsed.end(), 2) > 1000);
    QCOMPARE(tokenizer->decode(parsed, false), text);
}

void ByteLevelBpeTest::roundTripsAnyBytes()
{
    const auto tokenizer = tokenizerOf(byteLevelJson({{"Ã", "©"}, {"a", "b"}}));
    QCOMPARE(tokenizer->encode("ab\xff\xc3", false), (Ids{257, 0xff, 0xc3}));
    QCOMPARE(tokenizer->encode("\xc3\xa9\xc3", false), (Ids{256, 0xc3}));
    Random random(7);
    for (int repeat = 0; repeat < 200; ++repeat) {
        std::string bytes(random.below(60), '\0');
        for (char& byte : bytes)
            byte = char(random.below(256));
        QCOMPARE(tokenizer->decode(tokenizer->encode(bytes, false)), bytes);
    }
}

void ByteLevelBpeTest::readsSpecialTokens()
{
    Json json = byteLevelJson({});
    json["added_tokens"] = {{{"id", 300}, {"content", "<end>"}, {"special", true}},
                            {{"id", 301}, {"content", "tool"}, {"special", false}}};
    const auto tokenizer = tokenizerOf(json);
    QCOMPARE(tokenizer->encode("a<end>tool", false), (Ids{'a', 300, 301}));
    QCOMPARE(tokenizer->encode("<end>", false, false), (Ids{'<', 'e', 'n', 'd', '>'}));
    QCOMPARE(tokenizer->decode({'a', 300, 301}), std::string("atool"));
    QCOMPARE(tokenizer->decode({'a', 300, 301}, false), std::string("a<end>tool"));
    QVERIFY(tokenizer->isSpecial(300) && !tokenizer->isSpecial(301) && !tokenizer->isSpecial(-1));
    QCOMPARE(tokenizer->idOf("<end>"), std::optional<int32_t>(300));
    QCOMPARE(tokenizer->piece(301), std::string("tool"));
    QCOMPARE(tokenizer->vocabularySize(), int64_t(302));
}

void ByteLevelBpeTest::agreesWithNaiveMerging()
{
    // Random merges over three letters: many overlaps, and ties between equal pairs.
    Random random(3);
    std::vector<std::string> pieces{"a", "b", "c"};
    std::vector<std::pair<std::string, std::string>> merges;
    std::map<std::string, int> idOf{{"a", 'a'}, {"b", 'b'}, {"c", 'c'}};
    std::map<std::pair<int, int>, std::pair<int, int>> ranks;
    while (merges.size() < 60) {
        const std::string left = pieces[random.below(pieces.size())];
        const std::string right = pieces[random.below(pieces.size())];
        if (left.size() + right.size() > 9) continue;
        const auto rank = int(merges.size());
        const auto pair = std::pair(idOf.at(left), idOf.at(right));
        if (ranks.contains(pair)) continue;
        if (!idOf.contains(left + right)) {
            idOf[left + right] = 256 + rank;
            pieces.push_back(left + right);
        }
        ranks[pair] = {rank, idOf.at(left + right)};
        merges.emplace_back(left, right);
    }
    const auto tokenizer = tokenizerOf(byteLevelJson(merges));
    for (int repeat = 0; repeat < 400; ++repeat) {
        std::string word(1 + random.below(repeat % 2 ? 30 : 300), ' ');
        for (char& letter : word)
            letter = char('a' + random.below(3));
        QCOMPARE(tokenizer->encode(word, false), naiveMerge(word, ranks));
    }
}

void ByteLevelBpeTest::mergesLongWordsQuickly()
{
    // Quadratic merging of one word of 300,000 letters would not end within the test's limit.
    const auto tokenizer = tokenizerOf(byteLevelJson({{"a", "a"}, {"aa", "aa"}}));
    const Ids ids = tokenizer->encode(std::string(300'002, 'a'), false);
    QCOMPARE(ids.size(), size_t(75'001));
    QCOMPARE(ids.front(), 257);
    QCOMPARE(ids.back(), 256);
}

void ByteLevelBpeTest::sameFromManyThreads()
{
    const auto tokenizer = tokenizerOf(byteLevelJson({{"t", "h"}, {"th", "e"}, {"Ġ", "the"}}));
    const std::string text = "the other and the thing";
    const Ids expected = tokenizer->encode(text, false);
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (int& count : wrong)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i)
                count += tokenizer->encode(text, false) != expected;
        });
    for (std::thread& thread : threads)
        thread.join();
    QCOMPARE(wrong, std::vector<int>(4, 0));
}

void ByteLevelBpeTest::refusesIdsOutside()
{
    const auto tokenizer = tokenizerOf(byteLevelJson({}));
    PARETOSCOPE_EXPECT_ERROR(tokenizer->decode({1, 256}), "256 is outside the vocabulary");
    PARETOSCOPE_EXPECT_ERROR(tokenizer->decode({-1}), "-1 is outside the vocabulary");
    QCOMPARE(tokenizer->piece(9999), std::string());
}

QTEST_GUILESS_MAIN(ByteLevelBpeTest)
#include "byte_level_bpe_test.moc"
