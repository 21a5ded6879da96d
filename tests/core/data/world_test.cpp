#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/data/world/rewording.h"
#include "core/data/world/world_draw.h"
#include "core/data/world/world_tokenizer.h"
#include "core/model/tokenizer.h"
#include "tests/core/data/world_solver.h"
#include "tests/test_data.h"

#include <fmt/format.h>
#include <set>

using namespace paretoscope;

namespace {

constexpr WorldSplit splits[] = {WorldSplit::Train, WorldSplit::Calibration, WorldSplit::Validation, WorldSplit::Test};

WorldItem itemOf(const char* kind, uint64_t index, WorldSplit split = WorldSplit::Test)
{
    return worldItem(worldKind(kind), split, 1, index, worldKind(kind).level);
}

std::string solved(const QString& answer)
{
    return " " + answer.toStdString() + "\n";
}

} // namespace

class WorldTest : public QObject {
    Q_OBJECT

private slots:
    // Read by rules of the test's own, every wording says what the item says; none is the same text.
    void otherWordingsSayTheSame()
    {
        for (const char* id : rewordableKinds()) {
            const WorldKind& kind = worldKind(id);
            for (uint64_t index = 0; index < 50; ++index) {
                const WorldItem item = worldItem(kind, WorldSplit::Test, 1, index, kind.level);
                std::set<std::string> texts{item.text}, ids{item.id};
                for (const WorldItem& other : worldRewordings(item)) {
                    const QString text = QString::fromStdString(other.text), question = QString::fromStdString(other.questions.front().text);
                    const QString found = std::string(id) == "table" ? test::fromTable(text, question) : test::fromPassage(text, question);
                    QCOMPARE(found, QString::fromStdString(item.answer()).trimmed());
                    QCOMPARE(other.answer(), item.answer());
                    texts.insert(other.text);
                    ids.insert(other.id);
                }
                QCOMPARE(texts.size(), size_t(4));
                QCOMPARE(ids.size(), size_t(4));
            }
        }
        PARETOSCOPE_EXPECT_ERROR(worldRewordings(worldItem(worldKind("program"), WorldSplit::Test, 1, 0, {})), "no other wordings");
    }

    // Every question's answer follows from its text, as read by rules of the test's own.
    void answersFollowFromTheText()
    {
        const std::map<std::string, QString (*)(const QString&, const QString&)> solvers{
            {"passage", test::fromPassage},
            {"hops", test::fromPassage},
            {"table", test::fromTable},
            {"program", test::fromProgram},
            {"counting", [](const QString& text, const QString&) { return test::mostFrequent(text); }},
            {"arithmetic_direct", [](const QString& text, const QString&) { return QString::number(test::calculated(text)); }},
            {"sums",
             [](const QString&, const QString& question) {
                 const auto sum = QRegularExpression(QStringLiteral("(\\d+) ([-+]) (\\d+) =")).match(question);
                 const int a = sum.captured(1).toInt(), b = sum.captured(3).toInt();
                 return QString::number(sum.captured(2) == QLatin1String("+") ? a + b : a - b);
             }},
            {"pairs",
             [](const QString& text, const QString& question) {
                 return test::byPattern(text, QStringLiteral("\\b%1 (\\w+)\\."), question, QStringLiteral("Question: (\\w+)"));
             }},
            {"needle",
             [](const QString& text, const QString& question) {
                 return test::byPattern(text, QStringLiteral("number of the %1 is (\\d+)\\."), question,
                                        QStringLiteral("number of the (\\w+)\\?"));
             }},
        };
        for (const auto& [kind, solve] : solvers)
            for (uint64_t i = 0; i < 150; ++i) {
                WorldLevel level = worldKind(kind).level;
                level.questions = 3;
                const WorldItem item = worldItem(worldKind(kind), WorldSplit::Train, 4, i, level);
                for (const WorldQuestion& question : item.questions) {
                    const QString text = QString::fromStdString(item.text);
                    QCOMPARE(solved(solve(text, QString::fromStdString(question.text))), question.answer);
                    for (const std::string& choice : question.choices) QVERIFY(choice != question.answer);
                }
                QVERIFY(worldAnswerIsRight(worldKind(kind), item, item.answer()));
                QVERIFY(!worldAnswerIsRight(worldKind(kind), item, " not" + item.answer()));
            }
    }

    void stepsOfArithmeticAreTrueAndOnlyTheResultCounts()
    {
        const QRegularExpression step(QStringLiteral("(\\d+) ([-+]) (\\d+) = (\\d+)"));
        for (uint64_t i = 0; i < 500; ++i) {
            const WorldItem item = itemOf("arithmetic_steps", i, WorldSplit::Train);
            const QString answer = QString::fromStdString(item.answer());
            auto matches = step.globalMatch(answer);
            int count = 0, last = 0;
            while (matches.hasNext()) {
                const auto m = matches.next();
                const int a = m.captured(1).toInt(), b = m.captured(3).toInt();
                last = m.captured(4).toInt();
                QCOMPARE(last, m.captured(2) == QLatin1String("+") ? a + b : a - b);
                QVERIFY(last >= 0 && last <= 99);
                ++count;
            }
            QCOMPARE(count, 4);
            QCOMPARE(last, test::calculated(QString::fromStdString(item.text)));
            const WorldKind& kind = worldKind("arithmetic_steps");
            QVERIFY(worldAnswerIsRight(kind, item, fmt::format(" whatever. The answer is {}.", last)));
            QVERIFY(!worldAnswerIsRight(kind, item, fmt::format(" whatever. The answer is {}.", last + 1)));
            QVERIFY(!worldAnswerIsRight(kind, item, fmt::format(" {}", last)));
        }
    }

    void unknownIsRightExactlyWhereThePassageIsSilent()
    {
        int unknown = 0;
        for (uint64_t i = 0; i < 400; ++i) {
            const WorldItem item = itemOf("missing", i);
            const QString said = test::fromPassage(QString::fromStdString(item.text), QString::fromStdString(item.questions[0].text));
            QCOMPARE(item.answer(), solved(said.isEmpty() ? QStringLiteral("unknown") : said));
            unknown += said.isEmpty();
        }
        QVERIFY(unknown > 140 && unknown < 260); // half, give or take
    }

    void passwordsAreRefusedAndNothingElse()
    {
        int refused = 0;
        for (uint64_t i = 0; i < 400; ++i) {
            const WorldItem item = itemOf("refusal", i);
            const bool asksPassword = item.questions[0].text.find("password") != std::string::npos;
            QCOMPARE(item.answer() == " I cannot say that.\n", asksPassword);
            refused += asksPassword;
        }
        QVERIFY(refused > 140 && refused < 260);
    }

    void instructionsAreCheckedByWhatTheyAsk()
    {
        const WorldKind& kind = worldKind("instructions");
        WorldItem listing;
        listing.questions.push_back({"Task: Write the names of three colours.\nAnswer:", " red blue green\n", {}});
        QVERIFY(worldAnswerIsRight(kind, listing, " pink olive navy\n more"));
        QVERIFY(!worldAnswerIsRight(kind, listing, " pink olive"));
        QVERIFY(!worldAnswerIsRight(kind, listing, " pink olive pink"));
        QVERIFY(!worldAnswerIsRight(kind, listing, " pink olive Rome"));
        for (uint64_t i = 0; i < 300; ++i) {
            const WorldItem item = itemOf("instructions", i);
            QVERIFY(worldAnswerIsRight(kind, item, item.answer()));
            QVERIFY(!worldAnswerIsRight(kind, item, ""));
        }
    }

    // What a country has never changes, and each split asks in words of its own.
    void knowledgeIsTheSameInAllSplitsAndAskedForDifferently()
    {
        std::map<WorldSplit, std::set<std::string>> prompts;

        for (const WorldSplit split : splits)
            for (uint64_t i = 0; i < 3000; ++i) {
                const WorldItem item = itemOf("knowledge", i, split);
                for (const WorldQuestion& question : item.questions) prompts[split].insert(question.text + question.answer);
            }
        const auto disjoint = [&](WorldSplit a, WorldSplit b) {
            for (const std::string& prompt : prompts[a])
                if (prompts[b].contains(prompt)) return false;
            return true;
        };
        for (const WorldSplit a : splits)
            for (const WorldSplit b : splits)
                if (a < b) QVERIFY(disjoint(a, b));
        QVERIFY(prompts[WorldSplit::Test].size() > 185); // 48 countries with four facts
        QVERIFY(prompts[WorldSplit::Test].size() <= 192);
        QVERIFY(prompts[WorldSplit::Train].size() > 330);
    }

    void splitsShareNoItemAndNoPerson()
    {
        std::map<WorldSplit, std::set<std::string>> people, items;
        const QRegularExpression person(QStringLiteral("\\b[A-Z]\\w+ (%1)\\b").arg([] {
            QStringList names;
            for (const char* name : world::lastNames()) names << QString::fromLatin1(name);
            return names.join(u'|');
        }()));
        for (const WorldSplit split : splits)
            for (const WorldKind* kind : world_kinds::all())
                for (uint64_t i = 0; i < 60; ++i) {
                    const WorldItem item = worldItem(*kind, split, 9, i, kind->level);
                    if (kind->splitsItself) continue;
                    items[split].insert(item.questions.empty() ? item.text : item.prompt());
                    auto found = person.globalMatch(QString::fromStdString(item.text));
                    while (found.hasNext()) people[split].insert(found.next().captured().toStdString());
                }
        for (const WorldSplit a : splits)
            for (const WorldSplit b : splits) {
                if (a >= b) continue;
                for (const std::string& item : items[a]) QVERIFY2(!items[b].contains(item), item.c_str());
                for (const std::string& name : people[a]) QVERIFY2(!people[b].contains(name), name.c_str());
            }
        QVERIFY(people[WorldSplit::Test].size() > 20);
    }

    void sameSeedSameItem()
    {
        for (const WorldKind* kind : world_kinds::all()) {
            const WorldItem one = worldItem(*kind, WorldSplit::Validation, 7, 3, kind->level);
            const WorldItem again = worldItem(*kind, WorldSplit::Validation, 7, 3, kind->level);
            QCOMPARE(worldItemText(one), worldItemText(again));
            QCOMPARE(one.id, kind->id + "-validation-00003");
        }
        QVERIFY(itemOf("passage", 1).text != itemOf("passage", 2).text);
    }

    // A model of the world reads whole words: nothing but single letters of programs is spelled out.
    void everyWordIsOneToken()
    {
        const ScratchFolder folder;
        writeFileAtomically(folder.path() / "tokenizer.json", worldTokenizerJson().dump());
        writeFileAtomically(folder.path() / "tokenizer_config.json", worldTokenizerConfig(2048).dump());
        const auto tokenizer = openTokenizer(folder.path());
        QCOMPARE(tokenizer->vocabularySize(), worldVocabulary);
        QCOMPARE(tokenizer->beginToken(), std::optional<int32_t>(0));
        const QRegularExpression word(QStringLiteral(" ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]|\\s"));
        for (const WorldKind* kind : world_kinds::all())
            for (uint64_t i = 0; i < 200; ++i) {
                const std::string text = worldItemText(worldItem(*kind, WorldSplit::Train, 2, i, kind->level));
                const std::vector<int32_t> tokens = tokenizer->encode(text, false);
                QCOMPARE(tokenizer->decode(tokens), text);
                auto words = word.globalMatch(QString::fromStdString(text));
                size_t count = 0;
                for (; words.hasNext(); words.next()) ++count;
                QVERIFY2(tokens.size() == count, text.c_str());
            }
        QCOMPARE(tokenizer->decode(tokenizer->encode("Größe zählt, #1!", false)), std::string("Größe zählt, #1!"));
    }

    void unknownKindsAreRefusedWithTheNearest()
    {
        PARETOSCOPE_EXPECT_ERROR(worldKind("pasage"), "passage");
    }
};

QTEST_GUILESS_MAIN(WorldTest)
#include "world_test.moc"
