#include "app/command_line/arguments.h"

#include "app/command_line/console.h"
#include "app/command_line/run_plan.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include "tests/test_data.h"

using namespace paretoscope;

namespace {

Arguments parse(const std::vector<std::string>& words)
{
    return Arguments::parse(words, {{"MODEL", ""}, {"OTHER", "", true}},
                            {{"bits", "N", ""}, {"sweep", "S", "", true}, {"json", "", ""}, {"seed", "N", ""}});
}

} // namespace

class ArgumentsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesFollowOrAreJoined()
    {
        QCOMPARE(parse({"m", "--bits", "4"}).integer("bits", 0, 0, 9), int64_t{4});
        QCOMPARE(parse({"--bits=4", "m"}).integer("bits", 0, 0, 9), int64_t{4});
        QCOMPARE(parse({"m", "--bits="}).text("bits", "none"), std::string());
        QCOMPARE(parse({"m", "--bits", "-3"}).integer("bits", 0, -9, 9), int64_t{-3}); // not an option
        QCOMPARE(parse({"m", "--sweep", "a=1", "--sweep=b=2"}).all("sweep"), (std::vector<std::string>{"a=1", "b=2"}));
    }

    void positionalsKeepTheirOrder()
    {
        const Arguments arguments = parse({"first", "--json", "second"});
        QCOMPARE(arguments.positional(0), std::string("first"));
        QCOMPARE(arguments.positional(1), std::string("second"));
        QVERIFY(arguments.has("json"));
        QVERIFY(!parse({"first"}).hasPositional(1));
        QCOMPARE(parse({"--", "--json"}).positional(0), std::string("--json"));
        QCOMPARE(parse({"-"}).positional(0), std::string("-"));
    }

    void mistakesAreNamed_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("none") << QStringList{} << "MODEL is missing";
        QTest::newRow("many") << QStringList{"a", "b", "c"} << "'c' is one argument too many";
        QTest::newRow("unknown") << QStringList{"a", "--bit", "3"} << "there is no option '--bit' (did you mean '--bits'?)";
        QTest::newRow("far") << QStringList{"a", "--zzzzzzzzzz"} << "there is no option '--zzzzzzzzzz'";
        QTest::newRow("twice") << QStringList{"a", "--bits=1", "--bits=2"} << "'--bits' is given twice";
        QTest::newRow("no value") << QStringList{"a", "--bits"} << "'--bits' needs a value: N";
        QTest::newRow("a value") << QStringList{"a", "--json=yes"} << "'--json' takes no value";
        QTest::newRow("short") << QStringList{"a", "-b"} << "there is no option '-b'; options begin with '--'";
    }

    void mistakesAreNamed()
    {
        QFETCH(QStringList, words);
        QFETCH(QString, sentence);
        std::vector<std::string> plain;
        for (const QString& word : words) plain.push_back(word.toStdString());
        try {
            parse(plain);
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QCOMPARE(QString::fromUtf8(error.what()), sentence);
            QCOMPARE(error.code(), ErrorCode::BadUsage);
        }
    }

    void numbersAreChecked()
    {
        for (const char* text : {"x", "4.5", "", "99", "4 ", "0x4"})
            PARETOSCOPE_EXPECT_ERROR(parse({"m", std::string("--bits=") + text}).integer("bits", 0, 0, 9),
                                     "must be a whole number from 0 to 9");
        for (const char* text : {"x", "nan", "inf", "3"})
            PARETOSCOPE_EXPECT_ERROR(parse({"m", std::string("--bits=") + text}).number("bits", 0, 0, 1), "from 0 to 1");
        QCOMPARE(parse({"m", "--bits=0.25"}).number("bits", 0, 0, 1), 0.25);
        QCOMPARE(parse({"m", "--seed=18446744073709551615"}).seed(), 18446744073709551615ull);
        QCOMPARE(parse({"m"}).seed(), 1ull);
        PARETOSCOPE_EXPECT_ERROR(parse({"m", "--seed=-1"}).seed(), "--seed");
        PARETOSCOPE_EXPECT_ERROR(parse({"m"}).required("bits"), "'--bits' is missing");
    }

    void tasksTakeSettings()
    {
        QCOMPARE(parseTask("perplexity").task, std::string("perplexity"));
        QCOMPARE(parseTask("perplexity").settings, std::string("{}"));
        const TaskRequest task = parseTask("perplexity( window = 128, max_windows=3 )");
        const Json settings = parseJson(task.settings, "settings");
        QCOMPARE(settings["window"].get<int>(), 128);
        QCOMPARE(settings["max_windows"].get<int>(), 3);
        PARETOSCOPE_EXPECT_ERROR(parseTask("perplexty"), "did you mean 'perplexity'?");
        PARETOSCOPE_EXPECT_ERROR(parseTask("perplexity(windw=3)"), "did you mean 'window'?");
        PARETOSCOPE_EXPECT_ERROR(parseTask("perplexity(window=1)"), "'window' is '1'");
        PARETOSCOPE_EXPECT_ERROR(parseTask("perplexity(window=128"), "lacks a ')'");
    }

    void tablesAlign()
    {
        const std::string expected = "NAME    VALUE\n"
                                     "a        12.5\n"
                                     "größer      3\n"
                                     "none\n";
        QCOMPARE(textTable({{"NAME", "VALUE"}, {"a", "12.5"}, {"größer", "3"}, {"none", ""}}), expected);
    }

    void timesReadWell()
    {
        QCOMPARE(humanSeconds(0.04), std::string("0.0 s"));
        QCOMPARE(humanSeconds(9.94), std::string("9.9 s"));
        QCOMPARE(humanSeconds(59.4), std::string("59 s"));
        QCOMPARE(humanSeconds(59.6), std::string("1 min 0 s"));
        QCOMPARE(humanSeconds(3725), std::string("1 h 2 min"));
    }
};

QTEST_GUILESS_MAIN(ArgumentsTest)
#include "arguments_test.moc"
